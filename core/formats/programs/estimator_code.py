"""Write a class with scikit-learn's methods around the `predict` of a program."""

from __future__ import annotations

from typing import Final

from ...data.pipeline import ClassOutputs, Pipeline, TableInputs

_ROWS: Final = '''def rows_of(X):
    """Rows of a DataFrame, of an array (n, columns) in the order of the columns, or the rows themselves."""
    if hasattr(X, "to_dict"):
        return X.to_dict("records")
    if len(X) and isinstance(X[0], dict):
        return X
    names = [column["name"] for column in pipeline["inputs"]["columns"]]
    if len(X) and len(X[0]) != len(names):
        raise ValueError(f"X must have the {len(names)} columns {', '.join(names)}, got {len(X[0])}")
    return [dict(zip(names, row)) for row in X]


'''

_HEAD: Final = '''try:
    from sklearn.base import BaseEstimator, {mixin}

    BASES = ({mixin}, BaseEstimator)
except ImportError:  # it predicts without
    BASES = ()


class Model(*BASES):
    """The model with scikit-learn's methods: `model` below, for pipelines, plots and inspections there."""

'''
_FIT: Final = """    def fit(self, X=None, y=None):
        return self  # it is trained already

    def __sklearn_is_fitted__(self):
        return True

"""
_CLASSES: Final = """    def predict(self, X):
        return np.array(predict({given})[0])

    def predict_proba(self, X):
        return np.asarray(predict({given})[1], float)

    def score(self, X, y):
        return float(np.mean(self.predict(X) == np.array([str(label) for label in y])))
"""
_VALUES: Final = """    def predict(self, X):
        return np.asarray(predict({given}), float){ravel}

    def score(self, X, y):
        y, found = np.asarray(y, float), self.predict(X)
        return float(np.mean(1 - ((y - found) ** 2).sum(axis=0) / ((y - y.mean(axis=0)) ** 2).sum(axis=0)))
"""


def estimator_code(pipeline: Pipeline) -> str:
    """`model`, an object with `predict` and `score`, and `predict_proba` for classes; it needs NumPy alone."""
    inputs, outputs = pipeline.inputs, pipeline.outputs
    table = isinstance(inputs, TableInputs)
    lines = []
    if table:
        lines.append(
            '    feature_names_in_ = np.array([column["name"] for column in pipeline["inputs"]["columns"]], object)'
        )
        lines.append("    n_features_in_ = len(feature_names_in_)")
    given = "rows_of(X)" if table else "np.asarray(X, float)"
    if isinstance(outputs, ClassOutputs):
        mixin, methods = "ClassifierMixin", _CLASSES.format(given=given)
        lines.append('    classes_ = np.array(pipeline["outputs"]["names"])')
    else:
        single = len(getattr(outputs, "columns", (None,))) == 1
        mixin, methods = "RegressorMixin", _VALUES.format(given=given, ravel="[:, 0]" if single else "")
    fields = "".join(f"{line}\n" for line in lines) + ("\n" if lines else "")
    return f"{_ROWS if table else ''}{_HEAD.format(mixin=mixin)}{fields}{_FIT}{methods}\n\nmodel = Model()\n"
