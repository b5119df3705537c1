"""Commands that list all that a tool has, so that what they print stands for every one of them."""

import re
from collections.abc import Mapping, Sequence

from oilstone_eval.names import names

_KINDS: Mapping[str, str] = {
    "docker podman nerdctl crictl": r"\s((container|image|volume|network|service|stack)\s+)?"
    r"(ps|ls|list|images|pods)\s(?!.*(-f|--filter)\b)",
    "kubectl oc": r"\sget\s(?!.*(-l|--selector|--field-selector)\b)|\sapi-resources",
    "aws": r"\s(describe|list)-\S+|\ss3(api)?\s+ls\s",
    "gcloud az doctl hcloud linode-cli oci ibmcloud openstack heroku fly flyctl multipass lxc incus"
    " virsh snap flatpak brew helm pip pip3 machinectl gem":
    r"\s(list|ls|freeze|vms|list-images|leaves)\b(?!.*--(filter|query|selector))",
    "VBoxManage vboxmanage": r"\slist\s", "terraform tofu": r"\sstate\s+list\s*$",
    "git": r"^\s*tag(\s+-l|\s+--list)?\s*$|\s(branch(\s+-[ar]+)?\s+(--format\S*\s)?"
    r"|for-each-ref(\s+--format=.*?)?(\s+refs/\S*)?|branch\s.*--format\S*)\s*$",
    "dpkg": r"\s(-l|--get-selections|--list)\s", "rpm": r"\s-\w*qa\w*\s", "pacman": r"\s-Qe?q\s*$",
    "apt": r"\slist\s.*--installed", "dpkg-query": r".",
    "npm pnpm yarn": r"\s(ls|list)\s.*(-g|--global)\b|\s(-g|--global)\s.*\b(ls|list)\s",
    "redis-cli": r"\s(keys|scan|--scan)\s",
    "psql": r"\s-\w*l\w*\s|pg_database|pg_tables",
    "mysql": r"show\s+(databases|tables)|information_schema",
    "lvs vgs": r".", "zfs zpool": r"\slist\s",
    "getent": r"\spasswd\s", "compgen": r"\s-u\s", "systemctl": r"\slist-un\S+(?!.*--state=failed)",
    "screen tmux": r"\s-ls\s|\sls\s", "atq mailq ipcs": r".", "exiqgrep": r"^\s-i\s*$",
    "exim": r"\s-bp\s", "kafka-topics.sh": r"--list",
    "cut awk": r"/etc/passwd",
    "pidof": r"\s(systemd|init|sshd|dbus-daemon|Xorg)\s",
    "pgrep": r"\s(-x\s+)?(systemd|init|sshd|dbus-daemon)\s|^\s+['\"]?\.?['\"]?\s*$|\s-(u\s+root|v)",
}  # fmt: skip
_NAMES_THEM = names(
    "lsblk blkid findmnt swapon mount df fdisk parted pvs lsscsi nvme sfdisk udevadm awk cut sed "
    "grep cat ls head tail"
)
_DEVICES = re.compile(
    r"^(lsblk|blkid|findmnt|swapon|mount|df|fdisk -l|parted -l|pvs|lsscsi|nvme list|sfdisk -l"
    r"|udevadm)\b|/proc/(swaps|mounts|partitions)"
    r"|/etc/(fstab|mtab)|/sys/block"
)
_LISTS = {name: re.compile(shape, re.IGNORECASE)
          for tools, shape in _KINDS.items() for name in tools.split()}  # fmt: skip


def lists_devices(name: str, args: Sequence[str]) -> bool:
    """Tell whether a command prints names of devices that are in use."""
    return name in _NAMES_THEM and bool(_DEVICES.search(f"{name} {' '.join(args)}"))


def lists_all(name: str, args: Sequence[str]) -> bool:
    """Tell whether a command prints the name of everything of a kind that its tool knows."""
    return name in _LISTS and bool(_LISTS[name].search(f" {' '.join(args)} "))
