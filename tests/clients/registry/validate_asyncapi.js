// Whether a file is a valid AsyncAPI document: prints what is wrong, a line for each.
const { readFileSync } = require('node:fs');
const { Parser } = require('@asyncapi/parser');
const { AvroSchemaParser } = require('@asyncapi/avro-schema-parser');

async function main() {
  const parser = new Parser();
  parser.registerSchemaParser(AvroSchemaParser());
  const { document, diagnostics } = await parser.parse(readFileSync(process.argv[2], 'utf8'));
  const errors = diagnostics.filter((one) => one.severity === 0);
  for (const one of errors) console.log(`${one.path.join('.')}: ${one.message}`);
  if (document) console.log(`${document.channels().length} channels`);
  process.exit(document && errors.length === 0 ? 0 : 1);
}

main();
