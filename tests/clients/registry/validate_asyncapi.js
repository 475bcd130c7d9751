// Whether files are valid AsyncAPI documents: prints a JSON object for each, in their order, with
// the number of channels (0 where it is no document) and what is wrong.
const { readFileSync } = require('node:fs');
const { Parser } = require('@asyncapi/parser');
const { AvroSchemaParser } = require('@asyncapi/avro-schema-parser');

async function main() {
  const parser = new Parser();
  parser.registerSchemaParser(AvroSchemaParser());
  for (const file of process.argv.slice(2)) {
    const { document, diagnostics } = await parser.parse(readFileSync(file, 'utf8'));
    const errors = diagnostics
      .filter((one) => one.severity === 0)
      .map((one) => `${one.path.join('.')}: ${one.message}`);
    console.log(JSON.stringify({ channels: document ? document.channels().length : 0, errors }));
  }
}

main();
