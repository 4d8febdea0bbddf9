"""An experiment as a line of text, to send in a message: "nnplay1.eNq….5d2f00aa".

After "nnplay" and the version come the experiment's JSON, deflated with a fixed dictionary, as base64 for URLs, and its
CRC-32 in hexadecimal. All settings are in it, so that other defaults of a later program change nothing. Weights and the
user's files do not travel: of a file, only the name does.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
import zlib
from pathlib import PureWindowsPath
from typing import Final

from ..io import strict_json
from ..io.sentence import SentenceError
from .experiment import Experiment

DICTIONARY: Final = (
    b'{"kind":"sgd","learning_rate":0.01,"momentum":0.0,"nesterov":false}{"kind":"momentum","learning_rate":0.'
    b'01,"momentum":0.9,"nesterov":false}{"kind":"nesterov","learning_rate":0.01,"momentum":0.9,"nesterov":tru'
    b'e}{"kind":"lion","learning_rate":0.001,"beta_1":0.9,"beta_2":0.99}{"kind":"rmsprop","learning_rate":0.00'
    b'1,"rho":0.9,"epsilon":1e-07}{"kind":"adagrad","learning_rate":0.01,"initial_accumulator":0.1,"epsilon":1'
    b'e-07}{"kind":"adadelta","learning_rate":1.0,"rho":0.95,"epsilon":1e-07}{"kind":"adam","learning_rate":0.'
    b'001,"beta_1":0.9,"beta_2":0.999,"epsilon":1e-07}{"kind":"adamw","learning_rate":0.001,"beta_1":0.9,"beta'
    b'_2":0.999,"epsilon":1e-07,"weight_decay":0.004}{"kind":"adamax","learning_rate":0.001,"beta_1":0.9,"beta'
    b'_2":0.999,"epsilon":1e-07}{"kind":"nadam","learning_rate":0.001,"beta_1":0.9,"beta_2":0.999,"epsilon":1e'
    b'-07}{"kind":"lbfgs","learning_rate":1.0,"history_size":10,"line_search":"strong_wolfe"}{"kind":"conv2d",'
    b'"filters":8,"kernel_size":[3,3],"strides":[1,1],"padding":"valid","dilation_rate":[1,1],"activation":{"k'
    b'ind":"relu"},"use_bias":true,"kernel_initializer":{"kind":"glorot_uniform"},"bias_initializer":{"kind":"'
    b'zeros"}}{"kind":"max_pooling2d","pool_size":[2,2],"strides":[0,0],"padding":"valid"}{"kind":"batch_norma'
    b'lization","epsilon":0.001,"center":true,"scale":true,"momentum":0.99}{"kind":"layer_normalization","epsi'
    b'lon":0.001,"center":true,"scale":true}{"kind":"dropout","rate":0.2}{"kind":"flatten"}{"kind":"global_ave'
    b'rage_pooling2d"}{"kind":"activation","activation":{"kind":"relu"}}{"kind":"gaussian_noise","stddev":0.1}'
    b'{"kind":"spatial_dropout2d","rate":0.2}{"kind":"average_pooling2d","pool_size":[2,2],"strides":[0,0],"pa'
    b'dding":"valid"}{"kind":"reshape","target_shape":[-1]}{"kind":"dense","units":10,"activation":{"kind":"ta'
    b'nh"},"use_bias":true,"kernel_initializer":{"kind":"glorot_uniform"},"bias_initializer":{"kind":"zeros"}}'
    b'{"kind":"experiment","name":"Spirals","dataset":{"kind":"spirals","samples":500,"noise":0.1,"turns":1.75'
    b'},"train_share":0.7,"data_seed":0,"scaling":{"kind":"none"},"seed":7,"loss":{"kind":"binary_cross_entrop'
    b'y","label_smoothing":0.0},"optimizer":{"kind":"adam","learning_rate":0.01,"beta_1":0.9,"beta_2":0.999,"e'
    b'psilon":1e-07},"regularizer":{"kind":"none"},"clipping":{"kind":"none"},"schedule":{"kind":"constant"},"'
    b'batch_size":10,"version":1,"features":["x1","x2","sin_x1","sin_x2"],"layers":[{"kind":"dense","units":6,'
    b'"activation":{"kind":"tanh"},"use_bias":true,"kernel_initializer":{"kind":"glorot_uniform"},"bias_initia'
    b'lizer":{"kind":"zeros"}},{"kind":"dense","units":5,"activation":{"kind":"tanh"},"use_bias":true,"kernel_'
    b'initializer":{"kind":"glorot_uniform"},"bias_initializer":{"kind":"zeros"}},{"kind":"dense","units":3,"a'
    b'ctivation":{"kind":"tanh"},"use_bias":true,"kernel_initializer":{"kind":"glorot_uniform"},"bias_initiali'
    b'zer":{"kind":"zeros"}}],"output":{"kind":"output","activation":"auto","kernel_initializer":{"kind":"glor'
    b'ot_uniform"},"bias_initializer":{"kind":"zeros"}}}{"kind":"experiment","name":"Untitled","dataset":{"kin'
    b'd":"moons","samples":500,"noise":0.1},"train_share":0.7,"data_seed":0,"scaling":{"kind":"none"},"seed":0'
    b',"loss":{"kind":"binary_cross_entropy","label_smoothing":0.0},"optimizer":{"kind":"adam","learning_rate"'
    b':0.03,"beta_1":0.9,"beta_2":0.999,"epsilon":1e-07},"regularizer":{"kind":"none"},"clipping":{"kind":"non'
    b'e"},"schedule":{"kind":"constant"},"batch_size":10,"version":1,"features":["x1","x2"],"layers":[],"outpu'
    b't":{"kind":"output","activation":"auto","kernel_initializer":{"kind":"glorot_uniform"},"bias_initializer'
    b'":{"kind":"zeros"}}}'
)


_VERSION: Final = 1
MAX_LETTERS: Final = 20_000
"""More is too much for a message; painted points by the thousand reach it."""
_MAX_JSON: Final = 500_000
"""Bytes. Deflate makes a thousand times as much of a small text."""
_BEGINNING: Final = re.compile(r"nnplay(\d{1,9})\.")
_REST: Final = re.compile(r"([A-Za-z0-9_-]+)\.([0-9a-f]{8})")


class ShortTextError(SentenceError):
    """The reason why a text is no experiment, as a short sentence."""


def experiment_to_text(experiment: Experiment) -> str:
    """The line. Raises `ShortTextError` if it would be longer than `MAX_LETTERS`."""
    dataset = experiment.dataset
    if name := data_file(experiment):
        experiment = experiment.replace(dataset=dataset.replace(path=name))
    content = json.dumps(
        experiment.to_json(), separators=(",", ":"), ensure_ascii=False, allow_nan=False
    ).encode()
    compressor = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS, zdict=DICTIONARY)
    packed = compressor.compress(content) + compressor.flush()
    text = (
        f"nnplay{_VERSION}.{base64.urlsafe_b64encode(packed).decode().rstrip('=')}.{zlib.crc32(content):08x}"
    )
    if len(text) > MAX_LETTERS:
        raise ShortTextError(
            f"The text of this experiment must have at most {MAX_LETTERS:,} characters, got {len(text):,}; "
            "save it as a project and send that"
        )
    return text


def experiment_from_text(text: str) -> Experiment:
    """The experiment in a text, which may stand within a message and be wrapped. Raises `ShortTextError`."""
    found = _BEGINNING.search(text)
    if found is None:
        raise ShortTextError(f"An experiment's text begins with nnplay{_VERSION}, got {text.strip()[:40]!r}")
    version = int(found[1])
    if version != _VERSION:
        raise ShortTextError(
            f"The text has version {version}, made by a newer program; this one reads {_VERSION}"
        )
    # Messages are wrapped, and some are quoted.
    rest = re.sub(r"[\s>]+", "", text[found.end() : found.end() + 2 * MAX_LETTERS])
    parts = _REST.match(rest[: MAX_LETTERS + 1])
    if parts is None:
        raise ShortTextError(
            "The experiment's text is cut off; copy the whole line, to its last eight characters"
        )
    return _experiment(_unpacked(parts[1], int(parts[2], 16)))


def is_short_text(text: str) -> bool:
    """Whether a text is meant as an experiment's."""
    return _BEGINNING.search(text[:MAX_LETTERS]) is not None


def data_file(experiment: Experiment) -> str:
    """The name of the user's file or folder that the experiment needs, and which does not travel; "" for none."""
    # Paths of Windows are read on every system.
    return PureWindowsPath(str(getattr(experiment.dataset, "path", ""))).name


def _unpacked(letters: str, checksum: int) -> bytes:
    unpacker = zlib.decompressobj(-zlib.MAX_WBITS, zdict=DICTIONARY)
    try:
        packed = base64.urlsafe_b64decode(letters + "=" * (-len(letters) % 4))
        content = unpacker.decompress(packed, _MAX_JSON)
    except (binascii.Error, zlib.error):
        raise ShortTextError("The experiment's text is damaged; copy it again") from None
    if len(content) >= _MAX_JSON:
        raise ShortTextError(f"The experiment's text must unpack to at most {_MAX_JSON:,} bytes, got more")
    if not unpacker.eof or zlib.crc32(content) != checksum:
        raise ShortTextError(
            "The experiment's text is damaged: a letter is missing or was changed; copy it again"
        )
    return content


def _experiment(content: bytes) -> Experiment:
    try:
        return Experiment.from_json(strict_json.load(content))
    except (ValueError, TypeError, AttributeError, KeyError, OverflowError, RecursionError) as error:
        raise ShortTextError(f"The text holds no experiment of this program: {error}") from None
