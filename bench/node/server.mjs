// The peer: node's `soap` server for our own contract. Run as: node server.mjs OPTIONS, a JSON document with
// port, packages (the folder they were installed into), wsdl, and for what it is given in addition: key, xsd, database.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { verify } from "node:crypto";
import { pathToFileURL } from "node:url";

const given = JSON.parse(process.argv[2]);
const require = createRequire(pathToFileURL(`${given.packages}/`));
const soap = require("soap");
const PAYLOAD = /<GetProgress[\s>][\s\S]*<\/GetProgress>/;

const validate = given.xsd ? await validator(given.xsd) : () => {};
const rows = given.database ? await table(given.database) : null;
let valid = true;

function allowed(request) {
  if (!given.key) return true;
  const [head, claims, signature] = (request.headers.authorization ?? "").replace("Bearer ", "").split(".");
  const key = { key: given.key, dsaEncoding: "ieee-p1363" };
  const signed = verify("sha256", Buffer.from(`${head}.${claims}`), key, Buffer.from(signature ?? "", "base64url"));
  return signed && JSON.parse(Buffer.from(claims, "base64url")).exp * 1000 > Date.now();
}

async function validator(path) {
  const { XmlDocument, XsdValidator } = await import(pathToFileURL(require.resolve("libxml2-wasm")));
  const schema = XsdValidator.fromDoc(XmlDocument.fromBuffer(readFileSync(path)));
  return (text) => {
    const document = XmlDocument.fromString(PAYLOAD.exec(text)[0]);
    try {
      schema.validate(document);
    } finally {
      document.dispose();
    }
  };
}

async function table(connectionString) {
  const { Pool } = require("pg");
  const pool = new Pool({ connectionString, max: 8 });
  await pool.query("CREATE TABLE IF NOT EXISTS node_answers (id bigserial PRIMARY KEY, asked text, answer text)");
  return pool;
}

async function progress(asked) {
  if (!valid) throw new Error("the message is not valid");
  if (rows) {
    const kept = "INSERT INTO node_answers (asked, answer) VALUES ($1, $2) RETURNING answer";
    await rows.query(kept, [asked.reference, "received"]);
    await rows.query("SELECT answer FROM node_answers ORDER BY id DESC LIMIT 1");
  }
  return { decision: "received", reference: asked.reference };
}

const server = createServer((_, response) => response.end());
server.listen(given.port, "127.0.0.1");
const listening = soap.listen(server, {
  path: "/soap/gateway",
  services: { GatewayService: { GatewaySoap11: { GetProgress: progress }, GatewaySoap12: { GetProgress: progress } } },
  xml: readFileSync(given.wsdl, "utf8"),
});
listening.authorizeConnection = allowed;
listening.log = (kind, text) => {
  if (kind !== "received" || !given.xsd) return;
  try {
    validate(text);
    valid = true;
  } catch {
    valid = false;
  }
};
