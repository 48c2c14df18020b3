// What a page has for who has signed in, beside console.js.
import "./calls.js";
import "./signals.js";
import "./keys.js";
