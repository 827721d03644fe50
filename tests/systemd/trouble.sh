# shellcheck shell=bash disable=SC2154 # what `run` and machine.sh set
# What is wrong with the mirror's place is said, and when it is put right the service goes on by itself.

walked_since() { [ "$(query "SELECT count(*) FROM walks WHERE outcome = 'settled'")" -gt "$1" ]; }
walks() { query "SELECT count(*) FROM walks WHERE outcome = 'settled'"; }
trouble() { # SENTENCE: both in the journal and in STATUS
    comes status_says "$1"
    comes journal_says "$1"
}
fill() { inside sh -c "cat /dev/zero >$place_of/ballast" 2>/dev/null || true; }
place_of=/var/lib/versori-mirror

step "a mirror of another user"
mark
holds inside systemctl stop "$unit"
holds inside sh -c "chown root:root $mirror && chmod 600 $mirror"
inside systemctl start "$unit" 2>/dev/null && fail "it started"
trouble "$mirror"
is 74 property ExecMainStatus
comes restarts 1
holds inside sh -c "chown versori-mirror:versori-mirror $mirror && chmod 640 $mirror"
comes state_is active
comes status_says "Mirroring 2 organisations."

step "a state directory that may only be read"
mark
holds inside systemctl stop "$unit"
holds inside sh -c "cp -a $place_of /root/kept && mount -t tmpfs -o size=8m,mode=750 tmpfs $place_of &&
    cp -a /root/kept/. $place_of && chown versori-mirror: $place_of && mount -o remount,ro $place_of"
inside systemctl start "$unit" 2>/dev/null && fail "it started"
trouble "Read-only file system"
comes restarts 1
holds inside mount -o remount,rw "$place_of"
comes state_is active
count=$(walks)
holds inside systemctl kill -s USR1 "$unit"
comes walked_since "$count"

step "a full disk, at the start and under way"
holds inside systemctl stop "$unit"
mark
fill
inside systemctl start "$unit" 2>/dev/null || true
trouble "No space left on device"
holds inside rm "$place_of/ballast"
comes state_is active
comes status_says "Mirroring 2 organisations."
fill
mark
control POST '/mutate?count=40' >/dev/null
holds inside systemctl kill -s USR1 "$unit"
trouble "full"
is active property ActiveState
holds inside rm "$place_of/ballast"
holds eventually 90 status_says "Mirroring 2 organisations."
is ok query "PRAGMA integrity_check"
holds inside systemctl stop "$unit"
holds inside sh -c "cp -a $place_of/. /root/kept && umount $place_of && cp -a /root/kept/. $place_of"
holds inside systemctl start "$unit"
comes state_is active
