// Posts the messages of a file, one after the other, at a constant rate, whether or not the answers keep up; where URL
// names several addresses with commas between, to each in turn.
import exec from 'k6/execution';
import http from 'k6/http';
import { SharedArray } from 'k6/data';

const messages = new SharedArray('messages', () => JSON.parse(open(__ENV.MESSAGES)));
const urls = __ENV.URL.split(',');

export const options = {
  scenarios: {
    attack: {
      executor: 'constant-arrival-rate',
      rate: Number(__ENV.RATE),
      timeUnit: '1s',
      duration: `${__ENV.SECONDS}s`,
      preAllocatedVUs: Number(__ENV.CONNECTIONS),
      gracefulStop: '30s',
    },
  },
  discardResponseBodies: true,
  summaryTrendStats: ['med', 'p(99)', 'max'],
  systemTags: ['status'],
};

export default function () {
  const [body, signature] = messages[exec.scenario.iterationInTest % messages.length];
  const headers = { 'Content-Type': 'application/x-www-form-urlencoded', 'X-Twilio-Signature': signature };
  http.post(urls[exec.scenario.iterationInTest % urls.length], body, { headers });
}

export function handleSummary(data) {
  return { [__ENV.SUMMARY]: JSON.stringify(data.metrics) };
}
