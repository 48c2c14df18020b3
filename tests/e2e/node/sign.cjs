// Signs as Twilio does, by Twilio's own library: lines of {"token", "url", "params"} in, one signature a line out.
const { createInterface } = require("node:readline");
const { getExpectedTwilioSignature } = require("twilio");

createInterface({ input: process.stdin }).on("line", (line) => {
  const { token, url, params } = JSON.parse(line);
  console.log(getExpectedTwilioSignature(token, url, params));
});
