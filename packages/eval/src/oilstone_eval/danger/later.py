"""Files whose content is run later: at the next login, boot, minute, commit or plugged device."""

import re

from oilstone_eval.danger.levels import Hit, Level

_HOME = r"(~|/root|/home/[\w.*-]+|/etc/skel)"
_SHELL = re.compile(
    rf"{_HOME}/\.(bashrc|bash_profile|profile|zshrc|zprofile|zshenv|zlogin|bash_logout"
    rf"|bash_aliases|bash_login"
    r"|kshrc|cshrc|xinitrc|xprofile|xsession|ssh/rc)$"
    rf"|{_HOME}/\.config/fish/\S+\.fish$"
    r"|/etc/(profile|bash\.bashrc|bashrc|zshrc|zsh/\S+|rc\.local|rc\d?\.d/\S+|profile\.d/\S+"
    r"|init\.d/\S+|environment"
    r"|cron\.(hourly|daily|weekly|monthly)/\S+|update-motd\.d/\S+|network/if-\S+/\S+"
    r"|NetworkManager/dispatcher\.d/\S+"
    r"|ssh/sshrc|local\.d/\S+|grub\.d/\S+|ppp/ip-up\S*|dhcp/\S*hooks\S*|X11/Xsession\.d/\S+)$"
    r"|(\S*/)?\.git/hooks/[\w-]+$|(\S*/)?\.husky/[\w-]+$|/usr/lib/systemd/system-\w+/\S+$"
)
_CRON = re.compile(r"/etc/(cron\.d/\S+|crontab|anacrontab)$|/var/spool/cron\S*$|^crontab$")
_UNIT = re.compile(
    r"(/etc|/usr/lib|/lib|/run|\.config|\.local/share)\S*/(systemd/(system|user)/\S+"
    r"|autostart/\S+|\S+\.desktop)$"
    r"|/etc/(udev/rules\.d|apt/apt\.conf\.d|dpkg/dpkg\.cfg\.d|xinetd\.d|logrotate\.d"
    r"|supervisor\S*|init|incron\.d)/\S+$"
    r"|/etc/(inittab|inetd\.conf|incron\.conf|aliases|xinetd\.conf|doas\.conf)$"
    r"|\S*LaunchAgents/\S+|\S*LaunchDaemons/\S+"
    rf"|{_HOME}/\.(forward|procmailrc|gitconfig|vimrc|inputrc|tmux\.conf|screenrc|gdbinit|npmrc"
    rf"|ssh/config|ssh/authorized_keys2?)$"
)
_COLUMNS = re.compile(
    r"^\s*(?:(?:[\d*/,A-Za-z-]+\s+){5}|@\w+\s+)(?:(?:root|www-data|nobody)\s+)?", re.MULTILINE
)
_RUNS = re.compile(
    r"(?:^command=\\?\"|RUN\+?=\s*\"?|(?:Pre|Post)-\w+\s*\{?\s*\"|^\s*server\s*=\s*|:respawn:"
    r"|:once:|:wait:"
    r"|^\s*(?:post|pre)rotate\s*\n|^\s*command\s*=|^\S*\s*\|\s*\"?|ProxyCommand\s+"
    r"|LocalCommand\s+|<string>|^\s*exec\s+"
    r"|^\s*autocmd.*!|^\s*\w+\s*=\s*!|run-shell\s+['\"]?)([^\"\n]+)",
    re.MULTILINE,
)
_EXEC = re.compile(r"^\s*Exec\w*\s*=\s*[-@+!:]*(.+)", re.MULTILINE)
_OPEN = re.compile(r"(?:^|[\s;&|=\"'])(?:/tmp|/var/tmp|/dev/shm)/\.?[\w.-]+", re.MULTILINE)
_PUT_OFF = Hit(Level.DANGEROUS, "persistence", "runs a program of an open folder, later and again")


def is_run_later(path: str) -> bool:
    """Tell whether a file's content is run without anybody asking for it."""
    return any(shape.search(path) for shape in (_SHELL, _CRON, _UNIT))


def scheduled(path: str, text: str) -> str:
    """Return the commands in a file that is run later, as shell text."""
    if _CRON.search(path):
        return _COLUMNS.sub("", text)
    if _UNIT.search(path):
        return "\n".join([*_EXEC.findall(text), *_RUNS.findall(text)])
    return text


def put_off(path: str, text: str) -> Hit | None:
    """Return what is wrong with a schedule that starts what anybody may have put there."""
    shells = _SHELL.search(path) and re.search(r"^\s*(export|\w+=|#)", text, re.MULTILINE)
    return _PUT_OFF if not shells and _OPEN.search(scheduled(path, text)) else None
