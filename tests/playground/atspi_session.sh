# sh atspi_session.sh PYTHON READER: the window on a screen of its own, and what a screen reader finds there.
set -eu
mkdir -p -m 700 "$XDG_RUNTIME_DIR"
number=$XDG_RUNTIME_DIR/display
Xvfb -displayfd 3 -screen 0 1440x900x24 -nolisten tcp 3>"$number" >/dev/null 2>&1 &
screen=$!
trap 'kill $screen' EXIT
while [ ! -s "$number" ]; do sleep 0.1; done
DISPLAY=:$(cat "$number")
export DISPLAY
"$1" -m playground >/dev/null 2>&1 &
program=$!
trap 'kill $program $screen' EXIT
/usr/bin/python3 "$2"
