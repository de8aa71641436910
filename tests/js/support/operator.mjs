/** A local server that notes what arrives, and answers as a test says. */

import { createServer } from "node:http";
import { Readable, pipeline } from "node:stream";

const PART = Buffer.alloc(65_536, 32);

/** `answer(request)` gives `{ status, body, headers, hang, drop, endless }`; by default 201. An endless answer counts its bytes in `told`. */
export async function operator(t, answer = () => ({})) {
  const received = [];
  const server = createServer((request, response) => {
    const chunks = [];
    request.on("data", (chunk) => chunks.push(chunk));
    request.on("end", () => {
      const { method, url, headers } = request;
      const entry = { method, url, headers, body: Buffer.concat(chunks) };
      received.push(entry);
      const { status = 201, body = "", headers: more = {}, hang = false, drop = false, endless = false } = answer(entry, received.length);
      if (drop) request.socket.destroy();
      else if (endless) pipeline(Readable.from(parts(entry)), response.writeHead(status, more), () => {});
      else if (!hang) response.writeHead(status, more).end(body);
    });
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${server.address().port}/`, received };
}

function* parts(entry) {
  for (entry.told = 0; ; entry.told += PART.length) yield PART;
}
