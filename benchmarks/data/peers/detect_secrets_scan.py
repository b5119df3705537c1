"""Files of a folder to `name kind` of every secret, by detect-secrets with its default settings."""

import sys
from pathlib import Path

from detect_secrets import SecretsCollection
from detect_secrets.settings import default_settings

found = []
with default_settings():
    for path in sorted(Path(sys.argv[1]).iterdir()):
        secrets = SecretsCollection()
        secrets.scan_file(str(path))
        found += [f"{path.name} {secret.type.replace(' ', '_')}" for _, secret in secrets]
Path(sys.argv[2]).write_text("\n".join(found))
