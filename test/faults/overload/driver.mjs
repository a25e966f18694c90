// Sends touchpoints to a gateway and keeps a ledger of its own: an event id is written and synced as soon as its answer is there.
// node driver.mjs <url> <key> <ledger> <closed|open> <connections> <requests per second, when open> <seconds> <name> [touchpoints in each request]
// Bare sockets: on a machine of two cores, a client library would take from the server what is to be measured.
import fs from 'node:fs';
import net from 'node:net';

const [url, key, ledger, mode, connections, rate, seconds, name, items = '1'] = process.argv.slice(2);
const { hostname, port } = new URL(url);
const counts = { sent: 0, missed: 0, broken: 0, withoutRetryAfter: 0, accepted: 0, statuses: {} };
const latencies = [];
const file = fs.openSync(ledger, 'a');
const finish = performance.now() + Number(seconds) * 1000;
const running = () => performance.now() < finish;

let acknowledged = [];
let syncing;
/** Everything that was acknowledged while the last sync was under way goes into the next. */
async function sync() {
  while (acknowledged.length > 0) {
    const lines = acknowledged.join('');
    acknowledged = [];
    await new Promise((done, fail) => fs.write(file, lines, (error) => (error ? fail(error) : done())));
    await new Promise((done, fail) => fs.fdatasync(file, (error) => (error ? fail(error) : done())));
  }
  syncing = undefined;
}

let n = 0;
function touchpoint() {
  n += 1;
  return {
    id: `${name}-${n}`,
    source: 'load',
    kind: 'visit',
    channel: 'web',
    occurredAt: '2026-03-20T10:00:00Z',
    identifiers: [{ kind: 'customer_number', value: String(1_000 + (n % 997)) }],
    data: { page: '/products/17' },
  };
}
function request() {
  const count = Number(items);
  const body = JSON.stringify(count === 1 ? touchpoint() : Array.from({ length: count }, touchpoint));
  return `POST /v1/touchpoints HTTP/1.1\r\nhost: safar\r\nauthorization: Bearer ${key}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}

function answered(socket, text) {
  const status = text.slice(9, 12);
  counts.statuses[status] = (counts.statuses[status] ?? 0) + 1;
  if (status.startsWith('2')) {
    latencies.push(performance.now() - socket.sentAt);
    for (const [, eventId] of text.matchAll(/"status":"accepted"[^}]*"eventId":"([^"]+)"/g)) {
      acknowledged.push(`${eventId}\n`);
      counts.accepted += 1;
    }
    syncing ??= sync();
  } else if (!/\r\nretry-after: [1-9][0-9]*\r\n/i.test(text)) counts.withoutRetryAfter += 1;
}

const idle = [];
let open = 0;
let busy = 0;
function connect(then) {
  open += 1;
  const socket = net.connect({ host: hostname, port: Number(port), noDelay: true });
  let text = '';
  socket.setEncoding('latin1');
  socket.on('data', (piece) => {
    text += piece;
    const end = text.indexOf('\r\n\r\n');
    if (end === -1) return;
    const length = Number(/\r\ncontent-length: (\d+)/i.exec(text.slice(0, end))?.[1] ?? 0);
    if (text.length < end + 4 + length) return;
    const whole = text;
    text = '';
    busy -= 1;
    socket.busy = false;
    answered(socket, whole);
    then(socket);
  });
  socket.on('error', () => undefined);
  socket.on('close', () => {
    open -= 1;
    if (socket.busy) {
      busy -= 1;
      counts.broken += 1;
    }
    socket.gone = true;
  });
  return socket;
}
function send(socket) {
  busy += 1;
  socket.busy = true;
  socket.sentAt = performance.now();
  counts.sent += 1;
  socket.write(request());
}

async function closed() {
  const again = (socket) => {
    if (running()) send(socket);
  };
  for (let index = 0; index < Number(connections); index += 1) {
    const socket = connect(again);
    socket.once('connect', () => send(socket));
  }
  while (running()) await new Promise((done) => setTimeout(done, 20));
}

/** What is due is sent whatever became of what was sent before. */
async function openLoop() {
  for (let index = 0; index < Number(connections); index += 1) {
    const socket = connect((free) => idle.push(free));
    socket.once('connect', () => idle.push(socket));
  }
  while (idle.length < Number(connections)) await new Promise((done) => setTimeout(done, 5));
  const start = performance.now();
  const end = start + Number(seconds) * 1000;
  let due = 0;
  while (performance.now() < end) {
    const now = Math.floor(((performance.now() - start) * Number(rate)) / 1000);
    for (; due < now; due += 1) {
      // In turns: a connection on which nothing is asked for is closed by the server.
      let socket = idle.shift();
      while (socket?.gone) socket = idle.shift();
      if (socket) send(socket);
      else counts.missed += 1;
    }
    await new Promise((done) => setTimeout(done, 1));
  }
}

await (mode === 'closed' ? closed() : openLoop());
const patience = performance.now() + 10_000;
while (busy > 0 && performance.now() < patience) await new Promise((done) => setTimeout(done, 20));
await syncing;
fs.closeSync(file);
latencies.sort((a, b) => a - b);
const at = (share) => Math.round(latencies[Math.floor(latencies.length * share)] ?? 0);
process.stdout.write(
  JSON.stringify({
    ...counts,
    unanswered: busy,
    p50Ms: at(0.5),
    p99Ms: at(0.99),
  }),
  () => process.exit(0),
);
