// One of the programs by its name: `node bin/app.mjs gateway`, `node bin/app.mjs safar keys list`. One image serves them all.
import fs from 'node:fs';

const apps = new URL('../dist/apps/', import.meta.url);
const [name = '', ...parameters] = process.argv.slice(2);
// The command line is called what people type.
const folder = name === 'safar' ? 'cli' : name;
const known = fs
  .readdirSync(apps)
  .filter((entry) => fs.existsSync(new URL(`${entry}/src/main.js`, apps)))
  .map((entry) => (entry === 'cli' ? 'safar' : entry))
  .sort();

if (!known.includes(name)) {
  process.stderr.write(`There is no program ${JSON.stringify(name)}; there are ${known.join(', ')}.\n`);
  process.exit(2);
}

process.argv.splice(1, process.argv.length, `safar-${name}`, ...parameters);
await import(new URL(`${folder}/src/main.js`, apps).href);
