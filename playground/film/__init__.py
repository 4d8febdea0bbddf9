"""Films of a training: which moments, how a frame is composed, and the files. No Qt: any thread can write one."""
