// Starts telegram-test-api on a free port of loopback and prints the port; ends by a signal.
"use strict";

const net = require("node:net");
const TelegramServer = require("telegram-test-api");

const probe = net.createServer();
probe.listen(0, "127.0.0.1", () => {
  const { port } = probe.address();
  // The package takes 0 for its default port, so a free one is found first.
  probe.close(async () => {
    await new TelegramServer({ host: "127.0.0.1", port, storeTimeout: 600 }).start();
    console.log(port);
  });
});
