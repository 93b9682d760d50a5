// Reads one bundle a line from stdin, answers one JSON list of problems a line. argv[2]: folder of node modules.
const path = require("path");
const readline = require("readline");
const { Fhir } = require(path.join(process.argv[2], "fhir"));

const fhir = new Fhir();

function problems(line) {
  const bundle = JSON.parse(line);
  const found = fhir
    .validate(bundle, { errorOnUnexpected: true })
    .messages.filter((message) => message.severity === "error" || message.severity === "fatal")
    .map((message) => `${message.location}: ${message.message}`);
  // Through XML and back: what JSON alone would hide (order, unknown elements, wrong kinds) is lost or changed.
  const again = fhir.xmlToObj(fhir.objToXml(bundle));
  if (canonical(again) !== canonical(bundle)) found.push("the bundle changes on its way through XML and back");
  return found;
}

function canonical(value) {
  return JSON.stringify(sorted(value));
}

function sorted(value) {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value === "number") return String(value);
  if (value === null || typeof value !== "object") return value;
  const result = {};
  for (const key of Object.keys(value).sort()) {
    // The narrative is XML itself; its spelling may differ, its content is compared by nobody here.
    if (key === "div") continue;
    result[key] = sorted(value[key]);
  }
  return result;
}

readline.createInterface({ input: process.stdin }).on("line", (line) => {
  let answer;
  try {
    answer = problems(line);
  } catch (error) {
    answer = [`${error.name}: ${error.message}`.slice(0, 500)];
  }
  process.stdout.write(JSON.stringify(answer) + "\n");
});
