"""Names by which the parts of a project know the service."""

STAGE = "package_model"  # the stage that packages the model
FOLDER = "models/service"  # the folder of the packaged model
