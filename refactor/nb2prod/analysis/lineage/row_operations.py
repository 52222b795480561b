"""What calls do to rows, by the last part of their names."""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Methods and functions that make one number (or one per column or group) of many rows.
AGGREGATES = _words(
    """mean median std var mode quantile percentile nanmean nanmedian nanstd nanvar nanpercentile
    nanquantile average min max amin amax nanmin nanmax ptp corr corrwith cov corrcoef skew
    kurtosis kurt sem mad describe agg aggregate value_counts nlargest nsmallest idxmax idxmin
    groupby pivot_table crosstab histogram sum prod nunique"""
)
# Those that keep the rows, each of which then depends on others.
ACROSS = _words(
    """rank interpolate bfill ffill backfill pad pct_change qcut transform zscore minmax_scale
    scale robust_scale maxabs_scale quantile_transform power_transform boxcox yeojohnson"""
)
# Functions of sklearn.preprocessing and scipy, only as functions: frames have no such method.
ACROSS_FUNCTIONS = _words(
    "zscore minmax_scale scale robust_scale maxabs_scale quantile_transform power_transform boxcox"
    " yeojohnson"
)
SELECTION_SCORES = _words(
    "f_classif f_regression chi2 mutual_info_classif mutual_info_regression r_regression"
)
# Classes whose `fit` computes statistics over rows which their `transform` puts into the data.
STATEFUL = _words(
    """StandardScaler MinMaxScaler MaxAbsScaler RobustScaler PowerTransformer QuantileTransformer
    KBinsDiscretizer SplineTransformer KernelCenterer
    Imputer SimpleImputer IterativeImputer KNNImputer MissForest
    SelectKBest SelectPercentile SelectFpr SelectFdr SelectFwe SelectFromModel RFE RFECV
    GenericUnivariateSelect SequentialFeatureSelector VarianceThreshold
    PCA IncrementalPCA KernelPCA SparsePCA MiniBatchSparsePCA RandomizedPCA TruncatedSVD NMF
    FastICA FactorAnalysis LatentDirichletAllocation DictionaryLearning Isomap
    LocallyLinearEmbedding TSNE UMAP MDS
    CountVectorizer TfidfVectorizer TfidfTransformer Tokenizer TextVectorization
    TargetEncoder MEstimateEncoder LeaveOneOutEncoder CatBoostEncoder JamesSteinEncoder WOEEncoder
    CountEncoder GLMMEncoder"""
)
# Classes whose `fit` learns at most which values there are.
STATELESS = _words(
    """LabelEncoder OneHotEncoder OrdinalEncoder LabelBinarizer MultiLabelBinarizer Normalizer
    Binarizer FunctionTransformer PolynomialFeatures HashingVectorizer FeatureHasher DictVectorizer
    BinaryEncoder HashingEncoder"""
)
UNSUPERVISED = _words(
    """KMeans MiniBatchKMeans DBSCAN HDBSCAN OPTICS MeanShift Birch AgglomerativeClustering
    AffinityPropagation SpectralClustering FeatureAgglomeration SpectralBiclustering
    SpectralCoclustering GaussianMixture BayesianGaussianMixture IsolationForest EllipticEnvelope
    LocalOutlierFactor OneClassSVM NearestNeighbors KernelDensity Prophet LdaModel Word2Vec"""
)
# Objects made of others, which do what these do.
COMPOSITE = _words(
    """Pipeline make_pipeline FeatureUnion make_union ColumnTransformer make_column_transformer
    DataFrameMapper TransformedTargetRegressor"""
)
SEARCHES = _words(
    """GridSearchCV RandomizedSearchCV HalvingGridSearchCV HalvingRandomSearchCV BayesSearchCV
    OptunaSearchCV"""
)
# Samplers that draw rows again or make up new ones.
OVERSAMPLERS = _words(
    """RandomOverSampler SMOTE SMOTENC SMOTEN ADASYN BorderlineSMOTE KMeansSMOTE SVMSMOTE SMOTEENN
    SMOTETomek"""
)
SPLITTERS = _words(
    """KFold StratifiedKFold GroupKFold StratifiedGroupKFold RepeatedKFold RepeatedStratifiedKFold
    ShuffleSplit StratifiedShuffleSplit GroupShuffleSplit TimeSeriesSplit LeaveOneOut LeavePOut
    LeaveOneGroupOut LeavePGroupsOut PredefinedSplit"""
)
SPLITS = _words("train_test_split iterative_train_test_split random_split split_train_test")
CROSS_VALIDATIONS = _words("cross_val_score cross_validate cross_val_predict")
SCORES = _words(
    """accuracy_score average_precision_score balanced_accuracy_score brier_score_loss
    classification_report cohen_kappa_score confusion_matrix f1_score fbeta_score hamming_loss
    hinge_loss jaccard_score log_loss matthews_corrcoef multilabel_confusion_matrix
    precision_recall_curve precision_recall_fscore_support precision_score recall_score
    roc_auc_score roc_curve top_k_accuracy_score zero_one_loss explained_variance_score max_error
    mean_absolute_error mean_squared_error root_mean_squared_error mean_squared_log_error
    median_absolute_error mean_absolute_percentage_error r2_score auc crosstab from_predictions"""
)
SCORED_PLOTS = _words(
    "plot_confusion_matrix plot_roc_curve plot_precision_recall_curve plot_det_curve from_estimator"
)
PREDICTS = _words(
    """predict predict_proba predict_log_proba predict_classes predict_generator decision_function
    predict_on_batch"""
)
SCORING = _words("score evaluate evaluate_generator test_on_batch")
FITS = _words("fit fit_generator partial_fit train_on_batch")
LOADS = _words(
    """read_csv read_table read_excel read_json read_parquet read_pickle read_sql read_sql_query
    read_html read_hdf read_feather read_fwf read_stata read_sas read_spss loadtxt genfromtxt
    load_dataset"""
)
# These give a table with the same columns.
KEEP_COLUMNS = _words(
    """copy fillna dropna drop_duplicates reset_index sort_values sort_index sample astype replace
    query head tail apply applymap DataFrame shuffle infer_objects convert_dtypes"""
)
# These say what shape or type the data has, which is no leak.
SHAPES = _words(
    """shape size ndim dtypes dtype columns info isnull isna notnull notna len keys nbytes
    memory_usage print count unique factorize get_feature_names get_feature_names_out get_params
    print_function show to_csv to_excel to_pickle savefig"""
)
# Attributes that are the same rows.
SAME = _words("values array T str dt cat iloc loc ix sparse plot style flat feature_names data")
NULLS = _words("isna isnull notna notnull")
# Classes whose `fit` trains nothing that predicts.
NO_MODELS = (
    STATEFUL | STATELESS | UNSUPERVISED | OVERSAMPLERS | SPLITTERS
    | _words(
        """RandomUnderSampler TomekLinks NearMiss ClusterCentroids ImageDataGenerator Series Path
        Counter OptionParser Figure Axes"""
    )
)  # fmt: skip
