const { run } = require("./shop.cjs");

run(require("flaneur"));
