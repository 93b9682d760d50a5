#!/usr/bin/env python3
"""Checks what EHRCoder exported, without EHRCoder: Python's standard library only, no network, nothing is written.

    python verify_export.py BUNDLE.json               a FHIR bundle: notes, quotes and chain heads agree
    python verify_export.py BUNDLE.json HISTORY.json  the same, and the bundle against the record's whole history
    python verify_export.py HISTORY.json --head HASH  the history, and that it still holds a head noted elsewhere

BUNDLE is a file of `ehrcoder export`, HISTORY one of `ehrcoder audit export`. An edited, deleted, inserted or
moved event breaks the chain of hashes. A history whose hashes were all made to fit again, or whose end was cut,
no longer holds the head that left in the bundle. Who can change both files and every head noted elsewhere can
deceive this check: keep the bundle, or its head, where others cannot change it.

Exit codes: 0 everything agrees, 1 something does not, 2 a file cannot be read.
"""

import argparse
import base64
import binascii
import hashlib
import json
import sys

BASE = "https://ehrcoder.example/fhir"
HEAD = f"{BASE}/StructureDefinition/coding-history-head"
SIGNATURE = f"{BASE}/StructureDefinition/signature-statement"
EVIDENCE = f"{BASE}/StructureDefinition/coding-evidence"
ASSIGNMENT = f"{BASE}/StructureDefinition/code-assignment"
DIAGNOSIS_USE = f"{BASE}/StructureDefinition/diagnosis-use"
PRESENT_ON_ADMISSION = f"{BASE}/StructureDefinition/present-on-admission"
ASSIGNMENT_ID = f"{BASE}/NamingSystem/code-assignment"
DOCUMENT_ID = f"{BASE}/NamingSystem/document"
EXPORT_ID = f"{BASE}/NamingSystem/export"
HISTORY_FORMAT = "ehrcoder-history"


class UnreadableError(Exception):
    """A file that is neither a bundle nor a history."""


def spell(value):
    """Return the one spelling under which a value is hashed."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def sha256(text):
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


def refuse_repeated(pairs):
    """Refuse a name that stands twice in one object: two readers would read two things."""
    names = [name for name, _ in pairs]
    if len(names) != len(set(names)):
        raise ValueError("a name stands twice in one object")
    return dict(pairs)


def parse(text):
    return json.loads(text, object_pairs_hook=refuse_repeated)


# --- the history -----------------------------------------------------------------------------------------------

class State:
    """What the events of a record amount to, up to one of them."""

    def __init__(self, record_id):
        self.record_id = record_id
        self.assignments = {}
        self.decisions = {}
        self.signature = None
        self.head = ""

    def apply(self, event, genesis):
        """Take one more event; return what is wrong with it, or an empty text."""
        draft = event["draft"]
        action, before, after = draft["action"], draft.get("before"), draft.get("after")
        problem = ""
        if self.signature is not None and action != "amend":
            problem = "changes a signed record without an amendment"
        elif self.signature is None and action == "amend":
            problem = "amends what was not signed"
        if before is not None and self.assignments.pop(before["assignment_id"], None) != before:
            problem = problem or "changes a code that was not there in that form"
        if after is not None:
            if after["assignment_id"] in self.assignments or after["record_id"] != self.record_id:
                problem = problem or "adds a code that was there already or is another record's"
            self.assignments[after["assignment_id"]] = after
        self.signature = draft.get("signature")
        if action == "sign":
            problem = problem or self._signature_problem(draft, genesis)
        self._decide(draft)
        self.head = event["hash"]
        return problem

    def in_order(self):
        return sorted(self.assignments.values(), key=lambda each: (each["sequence"], each["assignment_id"]))

    def _decide(self, draft):
        suggestion, decision = draft.get("suggestion_id"), draft.get("decision")
        if suggestion is not None and decision is not None:
            self.decisions.pop(suggestion, None)
            if decision != "undecided":
                self.decisions[suggestion] = decision

    def _signature_problem(self, draft, genesis):
        signature = draft.get("signature")
        if not isinstance(signature, dict):
            return "is a signature without its statement"
        if signature.get("coder_id") != draft.get("coder_id"):
            return "is signed in another's name"
        signed = sha256(spell({
            "record": genesis, "assignments": self.in_order(), "history": self.head,
            "decisions": [list(pair) for pair in sorted(self.decisions.items())],
        }))
        return "" if signed == signature.get("content_sha256") else "signs other content than the history holds"


class History:
    """A history file, replayed."""

    def __init__(self, document):
        self.problems = []
        self.record_id = str(document.get("record_id"))
        self.record = self._record(document)
        self.hashes = []
        self.states = []
        self.exports = document.get("exports") or []
        state = State(self.record_id)
        previous = self.genesis
        for number, stored in enumerate(document.get("events") or [], 1):
            previous = self._take(state, number, stored, previous)
        head = document.get("head") or {}
        if (head.get("sha256"), head.get("events")) != (self.hashes[-1] if self.hashes else "", len(self.hashes)):
            self.problems.append(f"The file says that the history has {head.get('events')} events; it has "
                                 f"{len(self.hashes)}, or another last one: its end was cut or added to.")

    def _record(self, document):
        text = document.get("record")
        self.genesis = sha256(str(text))
        if self.genesis != document.get("genesis"):
            self.problems.append("The record is not what was imported: it does not match its hash.")
        try:
            record = parse(text)
        except (TypeError, ValueError):
            self.problems.append("The record cannot be read.")
            return {}
        if record.get("record_id") != self.record_id:
            self.problems.append("The record is another one than the file says.")
        return record

    def _take(self, state, number, stored, previous):
        """Check one event against the chain and replay it; return the hash that the next one must name."""
        body, digest = str(stored.get("body")), str(stored.get("hash"))
        try:
            event = parse(body)
            if sha256(body) != digest or spell(event) != body:
                self._note(number, "was altered: it does not match its hash")
            elif (event["record_id"], event["sequence"]) != (self.record_id, number):
                self._note(number, "stands in the wrong place: an event is missing, added or moved")
            elif event["previous_hash"] != previous:
                self._note(number, "does not follow the one before: an event is missing, added, moved or altered")
            problem = state.apply({**event, "hash": digest}, self.genesis)
            if problem:
                self._note(number, problem)
            self._quotes(number, event)
        except (AttributeError, KeyError, TypeError, ValueError):
            self._note(number, "cannot be read")
        self.hashes.append(digest)
        self.states.append((dict(state.assignments), state.signature))
        return digest

    def _quotes(self, number, event):
        texts = {each["document_id"]: each["text"] for each in self.record.get("documents", [])}
        for evidence in (event["draft"].get("after") or {}).get("evidence", []):
            span = evidence["span"]
            if texts.get(span["document_id"], "")[span["start"]:span["end"]] != evidence["quote"]:
                self._note(number, "quotes words that are not in the note at that place")

    def _note(self, number, problem):
        self.problems.append(f"Event {number} {problem}.")

    def has_head(self, digest, events):
        """Return what is wrong with a head that left earlier, or an empty text."""
        if events is None:
            return "" if digest in self.hashes else f"The head {digest[:16]} is not in this history."
        if events > len(self.hashes):
            return (f"The bundle left when the history had {events} events; now it has {len(self.hashes)}: "
                    "its end was cut, or an older copy was put in its place.")
        if events < 1 or self.hashes[events - 1] != digest:
            return f"Event {events} is not the one that was there when the bundle left: the history was altered."
        return ""


# --- the bundle ------------------------------------------------------------------------------------------------

class Bundle:
    """An exported FHIR bundle."""

    def __init__(self, document, data):
        self.problems = []
        self.digest = hashlib.sha256(data).hexdigest()
        self.document = document
        self.resources = [entry.get("resource") or {} for entry in document.get("entry") or []]
        self.notes = {}
        for entry in document.get("entry") or []:
            resource = entry.get("resource") or {}
            if resource.get("resourceType") == "DocumentReference":
                self._note_of(entry.get("fullUrl"), resource)
        identifier = document.get("identifier") or {}
        self.record_id, _, version = str(identifier.get("value")).rpartition(".")
        self.head, self.events = self._heads(version)
        self._evidence()

    def _note_of(self, url, resource):
        attachment = ((resource.get("content") or [{}])[0]).get("attachment") or {}
        try:
            data = base64.b64decode(attachment.get("data", ""), validate=True)
            text = data.decode("utf-8")
        except (binascii.Error, UnicodeDecodeError, TypeError, ValueError):
            self.problems.append("A note cannot be read.")
            return
        sha1 = base64.b64encode(hashlib.sha1(data).digest()).decode("ascii")
        if (attachment.get("size"), attachment.get("hash")) != (len(data), sha1):
            self.problems.append("A note does not match its size and hash: it was altered.")
        names = [each.get("value") for each in resource.get("identifier") or [] if each.get("system") == DOCUMENT_ID]
        self.notes[url] = (names[0] if names else None, text, hashlib.sha256(data).hexdigest())

    def _heads(self, version):
        places = [self.document.get("meta") or {}]
        told = ("Provenance", "AuditEvent", "Composition")
        places += [each for each in self.resources if each.get("resourceType") in told]
        found = [(part(each, "sha256"), part(each, "events")) for place in places for each in extensions(place, HEAD)]
        # In the bundle itself, in the signature's Provenance, and (not in a document) in the AuditEvent of the export.
        least = 2 if self.document.get("type") == "document" else 3
        if len(found) < least or len(set(found)) != 1 or not isinstance(found[0][0], str):
            self.problems.append("The chain heads in the bundle are missing or contradict each other.")
            return "", 0
        if str(found[0][1]) != version or (self.document.get("identifier") or {}).get("system") != EXPORT_ID:
            self.problems.append("The bundle's identifier names another state of the history than its chain head.")
        return found[0]

    def _evidence(self):
        for node in nodes(self.document):
            if node.get("url") == EVIDENCE:
                start, end, quote = part(node, "start"), part(node, "end"), quote_of(node)
                _, text, digest = self.notes.get((part(node, "document") or {}).get("reference"), (None, None, None))
                if text is None or digest != part(node, "documentSha256") or text[start:end] != quote:
                    self.problems.append("A quote is not what its note says at that place, or names another note.")

    def codes(self):
        """Return what the bundle says is coded: assignment id → (system, version, code, display, quotes)."""
        found = {}
        for each in self.resources:
            kind = each.get("resourceType")
            if kind == "Encounter":
                disposition = (each.get("hospitalization") or {}).get("dischargeDisposition") or {}
                for name in extensions(disposition, ASSIGNMENT):
                    found[name.get("valueString")] = (*coding_of(disposition), quotes_of(disposition))
            for name in each.get("identifier") or [] if kind in ("Condition", "Procedure", "Observation") else []:
                if name.get("system") == ASSIGNMENT_ID and not is_retracted(each):
                    concept = each.get("valueCodeableConcept") if kind == "Observation" else each.get("code")
                    found[name.get("value")] = (*coding_of(concept or {}), quotes_of(each))
        return found

    def uses(self):
        """Return what the Encounter says of its diagnoses: condition's assignment → (use, present on admission)."""
        names = {f"urn:uuid:{each.get('id')}": (each.get("identifier") or [{}])[0].get("value")
                 for each in self.resources if each.get("resourceType") == "Condition"}
        return {
            names.get((diagnosis.get("condition") or {}).get("reference")): (
                value_of(diagnosis, DIAGNOSIS_USE), value_of(diagnosis, PRESENT_ON_ADMISSION))
            for each in self.resources for diagnosis in each.get("diagnosis") or []
        }

    def signature(self):
        """Return meaning and content hash of the signature that the bundle states."""
        found = [each for place in self.resources for each in extensions(place, SIGNATURE)]
        if len(found) != 1:
            return None, None
        return text_of(found[0], "meaning"), part(found[0], "contentSha256")


def nodes(value):
    """Yield every object in a JSON value."""
    waiting = [value]
    while waiting:
        each = waiting.pop()
        if isinstance(each, dict):
            yield each
            waiting.extend(each.values())
        elif isinstance(each, list):
            waiting.extend(each)


def extensions(node, url):
    return [each for each in node.get("extension") or [] if each.get("url") == url]


def part(node, name):
    """Return the value of an extension's part, or None."""
    for each in extensions(node, name):
        for key, value in each.items():
            if key.startswith("value"):
                return value
    return None


def value_of(node, url):
    return part(node, url)


def text_of(node, name):
    """Return a text part, also where it had to be written as Base64."""
    encoded = part(node, f"{name}Base64")
    if encoded is None:
        return part(node, name)
    return base64.b64decode(encoded).decode("utf-8", "surrogatepass")


def quote_of(node):
    try:
        return text_of(node, "quote")
    except (binascii.Error, UnicodeDecodeError, TypeError, ValueError):
        return None


def quotes_of(resource):
    """Return start, end and words of each piece of evidence, in order."""
    return sorted((part(node, "start"), part(node, "end"), quote_of(node))
                  for node in nodes(resource) if node.get("url") == EVIDENCE)


def coding_of(concept):
    first = (concept.get("coding") or [{}])[0]
    return first.get("system"), first.get("version"), first.get("code"), first.get("display")


def is_retracted(resource):
    status = ((resource.get("verificationStatus") or {}).get("coding") or [{}])[0].get("code")
    return "entered-in-error" in (status, resource.get("status"))


# --- one against the other -------------------------------------------------------------------------------------

def compare(bundle, history, reformatted):
    """Return what of a bundle does not agree with a history, and what has to be said besides."""
    problems, remarks = [], []
    if bundle.record_id != history.record_id:
        return ["The bundle is about another record than the history."], remarks
    broken = history.has_head(bundle.head, bundle.events)
    if broken:
        return [broken], remarks
    if bundle.events < len(history.hashes):
        remarks.append(f"The record was changed since: {len(history.hashes) - bundle.events} events came after.")
    assignments, signature = history.states[bundle.events - 1]
    if signature is None:
        problems.append("The history does not hold the signature under which the bundle left.")
    elif bundle.signature() != (signature.get("meaning"), signature.get("content_sha256")):
        problems.append("The bundle states another signature than the history.")
    problems += compare_codes(bundle, assignments)
    problems += compare_notes(bundle, history)
    if not reformatted:
        problems += compare_bytes(bundle, history)
    return problems, remarks


def compare_codes(bundle, assignments):
    problems = []
    said = bundle.codes()
    for name, each in assignments.items():
        code = each["coding"]
        quotes = sorted((e["span"]["start"], e["span"]["end"], e["quote"]) for e in each.get("evidence", []))
        expected = (code["system"], code.get("version"), code["code"], code.get("display"), quotes)
        if said.pop(name, None) != expected:
            problems.append(f"Code {code['code']} is missing in the bundle, or stands there otherwise.")
    problems += [f"The bundle holds code {each[2]}, which nobody assigned." for each in said.values()]
    uses = bundle.uses()
    for name, each in assignments.items():
        if each["kind"] == "diagnosis":
            expected = (each.get("use", "secondary"), each.get("present_on_admission"))
            if uses.pop(name, None) != expected:
                problems.append(f"Use or present-on-admission of {each['coding']['code']} is not what was decided.")
    return problems + ["The encounter lists a diagnosis that nobody assigned." for _ in uses]


def compare_notes(bundle, history):
    stored = sorted((str(each["document_id"]), each["text"]) for each in history.record.get("documents", []))
    said = sorted((str(name), text) for name, text, _ in bundle.notes.values())
    return [] if stored == said else ["The notes in the bundle are not those of the record."]


def compare_bytes(bundle, history):
    for line in history.exports:
        if line.get("sha256") == bundle.digest and line.get("head_hash") == bundle.head:
            return []
    return ["The export log does not know this file: at least one byte is not as it left "
            "(--reformatted skips this for a bundle that another program wrote again)."]


# --- the command -----------------------------------------------------------------------------------------------

def load(path):
    """Return the bundle or the history in a file."""
    try:
        with open(path, "rb") as source:
            data = source.read()
        document = parse(data.decode("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise UnreadableError(f"{path} cannot be read: {type(error).__name__}.") from error
    if isinstance(document, dict) and document.get("format") == HISTORY_FORMAT:
        if document.get("version") != 1:
            raise UnreadableError(f"{path} has a form that this verifier does not know; take a newer one.")
        return History(document)
    if isinstance(document, dict) and document.get("resourceType") == "Bundle":
        return Bundle(document, data)
    raise UnreadableError(f"{path} is neither a FHIR bundle nor a history of EHRCoder.")


def check(paths, heads=(), *, reformatted=False):
    """Return the problems and the remarks of files that belong together."""
    found = [(path, guarded(path)) for path in paths]
    problems = [f"{path}: {problem}" for path, each in found for problem in each.problems]
    remarks = []
    histories = [(path, each) for path, each in found if isinstance(each, History)]
    bundles = [(path, each) for path, each in found if isinstance(each, Bundle)]
    for path, bundle in bundles:
        for other, history in histories:
            try:
                wrong, said = compare(bundle, history, reformatted)
            except (AttributeError, KeyError, TypeError, ValueError, IndexError):
                wrong, said = ["it cannot be compared: its form was altered."], []
            problems += [f"{path} with {other}: {each}" for each in wrong]
            remarks += [f"{path}: {each}" for each in said]
        if not histories:
            remarks.append(f"{path}: compared with itself only; the codes need the history (ehrcoder audit export). "
                           f"Head {bundle.head}, {bundle.events} events.")
    for path, history in histories:
        problems += [f"{path}: {wrong}" for head in heads for wrong in [history.has_head(head, None)] if wrong]
        if not bundles and not heads:
            remarks.append(f"{path}: without a bundle or --head nobody can tell whether its end was cut.")
    return problems, remarks


def guarded(path):
    """Load a file; a form so altered that it cannot be walked through is unreadable, not a crash."""
    try:
        return load(path)
    except (AttributeError, KeyError, TypeError, IndexError) as error:
        raise UnreadableError(f"{path} cannot be read: its form was altered.") from error


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", metavar="FILE", help="bundles and histories that belong together")
    parser.add_argument("--head", action="append", default=[], metavar="HASH", help="a head noted elsewhere")
    parser.add_argument("--reformatted", action="store_true", help="the bundle was written again by another program")
    options = parser.parse_args()
    try:
        problems, remarks = check(options.files, options.head, reformatted=options.reformatted)
    except UnreadableError as error:
        print(error, file=sys.stderr)
        return 2
    for each in problems:
        print(f"NOT INTACT  {each}")
    for each in remarks:
        print(f"note        {each}")
    if not problems:
        print(f"intact      {', '.join(options.files)}")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
