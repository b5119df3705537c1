"""Files that a machine cannot do without, each by itself or by a pattern."""

import re
from posixpath import basename, dirname

from oilstone_eval.danger.levels import Level
from oilstone_eval.danger.paths import below, clean

VITAL = re.compile(
    r"/etc/(passwd|shadow|group|gshadow|sudoers|sudoers\.d|fstab|crypttab|inittab"
    r"|ld\.so\.(preload|cache)|sudoers\.d/\S+|nsswitch\.conf"
    r"|ssh/(ssh_host_\S*|sshd_config)|pam\.d|pam\.d/\S+|ssl/private(/\S*)?|letsencrypt(/live\S*)?"
    r"|kubernetes/\S+|machine-id|luks\S*|lvm/\S+)$"
    r"|/boot/(vmlinu[xz]|initr|grub|efi|System\.map|loader|config-)\S*|/(usr/)?s?bin/[\w.+-]+$"
    r"|/(usr/)?lib(64|32)?/(\S*/)?(lib[\w+-]+\.so\S*|ld-linux\S*)"
    r"|/vmlinu[xz]\S*|/initrd\S*|/sys/firmware/efi(/\S*)?|/proc/kcore|/var/lib/(dpkg|rpm|pacman"
    r"|apt/lists/lock)(/\S*)?$"
)
# What a repository cannot be read without.
REPOSITORY = re.compile(r"(\S*/)?\.git/(HEAD|objects/\S*|refs/\S*|packed-refs)$")
# Folders whose files belong to the system, however they are chosen.
_SYSTEM = re.compile(
    r"/(etc|boot|bin|sbin|lib|lib64|usr|usr/(bin|sbin|lib|lib64|libexec)|home/\*|root"
    r"|var/lib/\w+|dev"
    r"|usr/lib/x86_64-linux-gnu|lib/x86_64-linux-gnu|etc/(ssh|ssl|pam\.d|systemd\S*|init\.d"
    r"|cron\.\w+|network)"
    r"|lib/modules(/\S+)?|boot/(grub|efi)\S*|var/log)?$"
)
_SPENT = re.compile(r"\.(gz|bz2|xz|\d|old|bak|tmp|swp|orig|rpmnew|rpmsave|dpkg-\w+|\*)$|~$|\d\*?$")


# What a system, or somebody's work, is made of.
_NEEDED = re.compile(
    r"\.(conf|cnf|so\S*|ko|service|socket|key|pem|crt|db|sqlite\d?|sql|ibd|frm|myd|vmdk|qcow2"
    r"|kdbx|gpg"
    r"|log|docx?|xlsx?|pdf|odt|jpe?g)\*?$|^(id_\S*|authorized_keys|passwd|shadow|\.ssh|\.git"
    r"|\.env|\.gnupg|data|pgdata|db|backups?\*?|mysql|www|html)$"
)


def broad(path: str) -> bool:
    """Tell whether a pattern stands for files of the system; for what is spent it does not."""
    tidy = clean(path)
    name, folder = basename(tidy), dirname(tidy)
    if not re.search(r"[*?\[]", tidy) or tidy[0] not in "/~":
        return False
    folder = folder.removesuffix("/**") or "/"
    lost = below(folder)
    if name in ("*", ".*", "?*", "*.*") and lost and lost[0] >= Level.DANGEROUS:
        return True
    needed = VITAL.match(tidy) or folder.endswith("bin") or _NEEDED.search(name)
    if re.fullmatch(r"(/var|/srv|/mnt|/data)?/(backups?|snapshots?)", dirname(tidy)):
        return name[:1] == "*" and not re.search(r"old|tmp", name)
    return not _SPENT.search(name) and bool(needed and (lost or _SYSTEM.match(folder)))
