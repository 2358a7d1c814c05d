// Says who answers: the task's own name, by the environment that the stack file gives it.
require("node:http")
  .createServer((request, response) => {
    response.setHeader("content-type", "text/plain");
    response.end(`${process.env.TASK} on ${process.env.NODE}\n`);
  })
  .listen(8080);
