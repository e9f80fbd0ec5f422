#!/usr/bin/env bash
# Takes each defence of delivery away and looks whether its tests notice.
#
#     tests/defences.sh              all of them (an hour or more; run by hand, not by CI)
#     tests/defences.sh anchor ...   those
#     tests/defences.sh --list       what there is
#
# A defence is a file tests/defences/NAME.patch: what is defended, what the patch takes away, the tests (Class.Method of
# tests/VkycEtl.ServerTests) that must then fail, and the patch. The committed tree is cloned into a temporary folder and built there; the
# working tree is not touched. First the tests run with every defence in place, and must pass; then once for each defence, without it. The
# table is what was seen, one line a defence and test:
#
#     seen to fail    the test failed without the defence, and passed with it
#     NOT NOTICED     it passed all the same: the test is too weak
#     not noticed; behind OTHER    so did it, and the patch says that defence OTHER does the same again ("Behind:"); OTHER must be seen to fail
#     NOT RUN         skipped, or there is no such test, or it failed with every defence in place
#
# Exit code 0 where every test was seen to fail, or stands behind another defence. Servers are found as for every server test (README): VKYC_TEST_KAFKA and
# VKYC_TEST_POSTGRES, where set, save starting them each time. VKYC_DEFENCES_KEEP=1 keeps the folder with all output.
set -euo pipefail

repository=$(git -C "$(dirname "${BASH_SOURCE[0]}")" rev-parse --show-toplevel)
patches=$repository/tests/defences
project=tests/VkycEtl.ServerTests
names=("$@")

header() { sed -n "s/^$2: //p;/^diff /q" "$patches/$1.patch"; }

if [[ ${1-} == --list ]]; then
    for patch in "$patches"/*.patch; do
        name=$(basename "$patch" .patch)
        printf '%-28s %s\n' "$name" "$(header "$name" Defence)"
    done
    exit 0
fi
if [[ ${#names[@]} -eq 0 ]]; then
    mapfile -t names < <(basename -s .patch -a "$patches"/*.patch)
fi
for name in "${names[@]}"; do
    [[ -f $patches/$name.patch ]] || { echo "there is no defence $name; see --list" >&2; exit 2; }
done

work=$(mktemp -d "${TMPDIR:-/tmp}/vkyc-defences.XXXXXX")
clean_up() { [[ ${VKYC_DEFENCES_KEEP-} == 1 ]] && echo "output: $work" >&2 || rm -rf "$work"; }
trap clean_up EXIT
tree=$work/tree
git clone --quiet --shared "$repository" "$tree"

# Analyzers and warnings judge code that is meant to stay; a mutation is not.
build() {
    dotnet build "$tree/$project" --nologo -v q -nodeReuse:false -p:RunAnalyzers=false -p:EnforceCodeStyleInBuild=false -p:TreatWarningsAsErrors=false \
        >"$work/$1.build" 2>&1
}

# Runs tests; leaves lines "Passed Name" and "Failed Name" in a file.
run() {
    local to=$1 filter='' test
    shift
    for test in "$@"; do filter+="${filter:+|}FullyQualifiedName~.$test"; done
    timeout 1200 dotnet test "$tree/$project" --no-build --nologo --filter "$filter" --logger 'console;verbosity=normal' >"$work/$to.log" 2>&1 || true
    sed -nE 's/^ +(Passed|Failed|Skipped) VkycEtl\.ServerTests\.([A-Za-z0-9_.]+\.)?([A-Za-z0-9]+\.[A-Za-z0-9_]+).*$/\1 \3/p' "$work/$to.log" >"$work/$to.results"
}

outcome() { # file, test: Failed where any of its cases failed
    if grep -qx "Failed $2" "$1"; then echo Failed
    elif grep -qx "Skipped $2" "$1" || ! grep -qx "Passed $2" "$1"; then echo none
    else echo Passed; fi
}

build control || { cat "$work/control.build" >&2; exit 2; }
mapfile -t tests < <(for name in "${names[@]}"; do header "$name" Test; done | sort -u)
run control "${tests[@]}"

echo '| defence | test | without it |'
echo '|---|---|---|'
code=0
for name in "${names[@]}"; do
    mapfile -t tests < <(header "$name" Test)
    seen=
    git -C "$tree" apply "$patches/$name.patch" || seen='DOES NOT APPLY'
    [[ $seen ]] || build "$name" || seen='DOES NOT BUILD'
    [[ $seen ]] || run "$name" "${tests[@]}"
    for test in "${tests[@]}"; do
        verdict=$seen
        if [[ ! $verdict ]]; then
            case $(outcome "$work/control.results" "$test")-$(outcome "$work/$name.results" "$test") in
                Passed-Failed) verdict='seen to fail' ;;
                Passed-Passed)
                    verdict='NOT NOTICED'
                    behind=$(header "$name" Behind)
                    [[ ! $behind ]] || verdict="not noticed; behind $behind" ;;
                Passed-none) verdict='NOT RUN (without the defence)' ;;
                Failed-*) verdict='NOT RUN (fails with the defence)' ;;
                *) verdict='NOT RUN' ;;
            esac
        fi
        [[ $verdict == 'seen to fail' || $verdict == 'not noticed; behind '* ]] || code=1
        echo "| $name | $test | $verdict |"
    done
    git -C "$tree" checkout --quiet .
done
exit "$code"
