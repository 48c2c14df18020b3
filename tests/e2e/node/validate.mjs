// What html-validate's recommended rules find: JSON {name: html} in, a line "name: rule: message (at)" for each out.
import { HtmlValidate } from "html-validate";

const rules = {
  "doctype-style": "off", // the case is taste
  "no-trailing-whitespace": "off", // so is what nobody sees
  "tel-non-breaking": "off", // style sheets keep numbers together
};
// Mail programs know no style sheets, and the title is the subject: whatever the person and the place are called.
const letterRules = { ...rules, "no-inline-style": "off", "long-title": "off" };
const validators = {
  page: new HtmlValidate({ extends: ["html-validate:recommended"], rules }),
  letter: new HtmlValidate({ extends: ["html-validate:recommended"], rules: letterRules }),
};
let input = "";
for await (const part of process.stdin) input += part;
for (const [name, html] of Object.entries(JSON.parse(input))) {
  const validator = name.startsWith("letter") ? validators.letter : validators.page;
  for (const { messages } of (await validator.validateString(html)).results) {
    for (const each of messages) {
      console.log(`${name}: ${each.ruleId}: ${each.message} (${each.line}:${each.column}) ${each.selector ?? ""}`);
    }
  }
}
