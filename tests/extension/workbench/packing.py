"""A folder of plain files packed as an extension that can be installed."""

import json
import zipfile
from pathlib import Path

_TYPES = """<?xml version="1.0" encoding="utf-8"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="json" ContentType="application/json"/>
<Default Extension="js" ContentType="application/javascript"/>
<Default Extension="vsixmanifest" ContentType="text/xml"/></Types>"""
_MANIFEST = """<?xml version="1.0" encoding="utf-8"?>
<PackageManifest Version="2.0.0" xmlns="http://schemas.microsoft.com/developer/vsx-schema/2011">
<Metadata><Identity Language="en-US" Id="{name}" Version="{version}" Publisher="{publisher}"/>
<DisplayName>{name}</DisplayName><Description>{description}</Description>
<Properties><Property Id="Microsoft.VisualStudio.Code.Engine" Value="{engine}"/></Properties>
</Metadata>
<Installation><InstallationTarget Id="Microsoft.VisualStudio.Code"/></Installation><Dependencies/>
<Assets><Asset Type="Microsoft.VisualStudio.Code.Manifest" Path="extension/package.json"
 Addressable="true"/></Assets></PackageManifest>"""


def packed(folder: Path, file: Path) -> Path:
    """Pack a folder; returns the file."""
    package = json.loads((folder / "package.json").read_text())
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("[Content_Types].xml", _TYPES)
        engine = package["engines"]["vscode"]
        archive.writestr("extension.vsixmanifest", _MANIFEST.format(**package, engine=engine))
        for part in folder.rglob("*.js*"):
            archive.write(part, f"extension/{part.relative_to(folder)}")
    return file
