"""What most experiments contain, for the compression of short texts: see `core.experiment.short_text`.

It must never change, since every text of version 1 refers to it. Settings that are new since then cost a few letters.
"""

from __future__ import annotations

from typing import Final

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
