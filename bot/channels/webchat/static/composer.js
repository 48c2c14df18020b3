// The field that grows, Enter that sends, and the count of what is left.

import { words } from "./words.js";

export class Composer {
  #form = document.getElementById("composer");
  #field = document.getElementById("message");
  #send = document.getElementById("send");
  #left = document.getElementById("left");

  constructor(onSend) {
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      const text = this.#field.value.trim();
      if (!text) return;
      this.#field.value = "";
      this.#changed();
      this.#field.focus();
      onSend(text);
    });
    this.#field.addEventListener("input", () => this.#changed());
    this.#field.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.#form.requestSubmit();
    });
    this.#changed();
    if (matchMedia("(pointer: fine)").matches) this.#field.focus();
  }

  // Where a finger is used, focus would open the keyboard over the answer.
  focus({ byKeyboard = false } = {}) {
    if (byKeyboard || matchMedia("(pointer: fine)").matches) this.#field.focus();
  }

  fill(text) {
    this.#field.value = text.slice(0, this.#field.maxLength);
    this.#changed();
  }

  #changed() {
    this.#send.disabled = !this.#field.value.trim();
    this.#field.style.height = "auto";
    this.#field.style.height = `${this.#field.scrollHeight}px`;
    const left = this.#field.maxLength - this.#field.value.length;
    this.#left.textContent = left > this.#field.maxLength / 10 ? "" : words.left.replace("{count}", left);
  }
}
