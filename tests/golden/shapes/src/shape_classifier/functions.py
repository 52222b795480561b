"""Functions and classes of `Shape classifier.ipynb`."""

import matplotlib.pyplot as plt
import numpy as np

from shape_classifier.reporting import save_figures


def softmax(z):
    """Softmax.

    From cell 9 of the notebook.
    """
    z = z - z.max(axis=1, keepdims=True)
    e = np.exp(z)
    return e / e.sum(axis=1, keepdims=True)


class SoftmaxClassifier:
    """Multinomial logistic regression, trained by mini-batch gradient descent."""

    def __init__(self, n_classes, lr=0.1, reg=1e-3):
        self.n_classes = n_classes
        self.lr = lr
        self.reg = reg
        # pylint: disable-next=invalid-name
        self.W = None
        self.history = []

    # pylint: disable-next=missing-function-docstring
    def loss(self, x, y):
        p = softmax(x @ self.W)
        n = len(x)
        loss = -np.log(p[np.arange(n), y]).mean() + self.reg * (self.W**2).sum()
        p[np.arange(n), y] -= 1
        grad = x.T @ p / n + 2 * self.reg * self.W
        return loss, grad

    # pylint: disable-next=missing-function-docstring
    def fit(self, x, y, epochs=20, batch_size=32):
        if self.W is None:
            self.W = 0.01 * np.random.randn(x.shape[1], self.n_classes)
        # pylint: disable-next=unused-variable
        for epoch in range(epochs):
            order = np.random.permutation(len(x))
            for start in range(0, len(x), batch_size):
                batch = order[start : start + batch_size]
                loss, grad = self.loss(x[batch], y[batch])
                self.W -= self.lr * grad
            self.history.append(loss)
        return self

    # pylint: disable-next=missing-function-docstring
    def predict(self, x):
        return np.argmax(x @ self.W, axis=1)


def show_weights(w):
    """Show weights.

    From cell 15 of the notebook.
    """
    # pylint: disable-next=unused-variable
    fig, axs = plt.subplots(1, 3, figsize=(6, 2))
    for k, ax in enumerate(axs):
        ax.imshow(w[:-1, k].reshape(8, 8), cmap="RdBu")
        ax.axis("off")
    save_figures("figure")
