// Findings as a Node consumer reads them through a schema registry.
//
// Arguments: brokers, address of the registry (Confluent's interface), topic, how many records.
// Prints a JSON array for each record: key, violation_id, revision, code.
const { Kafka, logLevel } = require('kafkajs');
const { SchemaRegistry } = require('@kafkajs/confluent-schema-registry');

const [brokers, host, topic, count] = process.argv.slice(2);

async function main() {
  const registry = new SchemaRegistry({ host });
  const kafka = new Kafka({ brokers: brokers.split(','), logLevel: logLevel.ERROR });
  const consumer = kafka.consumer({ groupId: `reader-${process.pid}`, readUncommitted: false });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  let left = Number(count);
  await new Promise((resolve, reject) => {
    consumer.run({
      eachMessage: async ({ message }) => {
        try {
          const finding = await registry.decode(message.value);
          const line = [message.key.toString(), finding.violation_id, finding.revision, finding.code];
          console.log(JSON.stringify(line));
          left -= 1;
          if (left === 0) resolve();
        } catch (error) {
          reject(error);
        }
      },
    });
  });
  await consumer.disconnect();
}

main().then(() => process.exit(0), (error) => {
  console.error(error);
  process.exit(1);
});
