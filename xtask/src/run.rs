//! Runs other programs: streamed when their output matters, quiet when not.

use std::collections::VecDeque;
use std::ffi::OsStr;
use std::fmt;
use std::io::{BufRead, BufReader, IsTerminal, Read, Write};
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};

use anyhow::{Context, Result, bail};

use crate::project::{self, Project};
use crate::say;

/// Lines of a tool's output that its failure remembers.
const LAST_LINES: usize = 80;

/// What a tool that failed leaves: the sentence that says so, and the last lines it printed where nobody may have
/// watched them.
#[derive(Debug)]
pub(crate) struct Failure {
    sentence: String,
    pub(crate) last_lines: Vec<String>,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence)
    }
}

impl std::error::Error for Failure {}

/// A program to run, with the words that name it in messages.
pub(crate) struct Tool {
    name: String,
    command: Command,
    hint: Option<String>,
}

impl Tool {
    /// Prepares `program`, run in the repository's root.
    pub(crate) fn new(project: &Project, name: impl Into<String>, program: impl AsRef<OsStr>) -> Self {
        let mut command = Command::new(program);
        command.current_dir(&project.root);
        // What `cargo run` sets for this command means nothing to the tools.
        for (key, _) in std::env::vars_os() {
            if key.to_str().is_some_and(is_of_this_package) {
                command.env_remove(key);
            }
        }
        Self { name: name.into(), command, hint: None }
    }

    /// Prepares cargo itself.
    pub(crate) fn cargo(project: &Project, subcommand: &str) -> Self {
        Self::new(project, format!("cargo {subcommand}"), project::cargo()).arg(subcommand)
    }

    /// Prepares Node.js on a script.
    pub(crate) fn node(project: &Project, name: impl Into<String>, script: &Path) -> Self {
        Self::new(project, name, "node").arg(script)
    }

    /// Prepares npm, which is a script with another name on Windows.
    pub(crate) fn npm(project: &Project, subcommand: &str) -> Self {
        let program = if cfg!(windows) { "npm.cmd" } else { "npm" };
        Self::new(project, format!("npm {subcommand}"), program).arg(subcommand)
    }

    /// Prepares a command that an npm package brings, from its own script.
    pub(crate) fn npx(project: &Project, name: &str, script: &str) -> Result<Self> {
        let path = project.node_module(script);
        if !path.is_file() {
            bail!(
                "{name} is not installed: expected {}. Delete node_modules and run the command again; \
                 if it stays away, add it to devDependencies of package.json.",
                project.shown(&path)
            );
        }
        Ok(Self::node(project, name, &path))
    }

    pub(crate) fn arg(mut self, arg: impl AsRef<OsStr>) -> Self {
        self.command.arg(arg);
        self
    }

    pub(crate) fn args<S: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = S>) -> Self {
        self.command.args(args);
        self
    }

    pub(crate) fn env(mut self, key: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(key, value);
        self
    }

    pub(crate) fn without_env(mut self, key: &str) -> Self {
        self.command.env_remove(key);
        self
    }

    /// Adds the sentence that says what to do when the tool fails.
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Runs with the output streamed to the terminal. Where there is no terminal, a failure remembers its end.
    pub(crate) fn stream(mut self) -> Result<()> {
        say::step(&self.line());
        let watched = std::io::stdout().is_terminal();
        let stdout = if watched { Stdio::inherit() } else { Stdio::piped() };
        let mut child = self.command.stdin(Stdio::null()).stdout(stdout).spawn().with_context(|| self.absent())?;
        let last_lines =
            child.stdout.take().map(|output| pass_on(output, std::io::stdout())).transpose()?.unwrap_or_default();
        let status = child.wait().with_context(|| format!("{} did not end", self.name))?;
        if status.success() { Ok(()) } else { Err(Failure { sentence: self.sentence(status), last_lines }.into()) }
    }

    /// Runs behind a spinner called `what`; the output appears only on failure.
    pub(crate) fn quiet(self, what: &str) -> Result<Vec<u8>> {
        let step = say::Step::start(what);
        let output = self.capture()?;
        step.finish();
        Ok(output)
    }

    /// Runs silently and returns what it printed on its standard output.
    pub(crate) fn capture(mut self) -> Result<Vec<u8>> {
        let output = self.command.stdin(Stdio::null()).output().with_context(|| self.absent())?;
        if output.status.success() {
            return Ok(output.stdout);
        }
        let text =
            [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).trim().to_owned()).join("\n");
        Err(self.failed(output.status, &text))
    }

    /// Runs with messages streamed and returns the standard output: what
    /// cargo does with `--message-format=json-render-diagnostics`.
    pub(crate) fn stream_and_capture(mut self) -> Result<Vec<u8>> {
        say::step(&self.line());
        let output =
            self.command.stdin(Stdio::null()).stderr(Stdio::inherit()).output().with_context(|| self.absent())?;
        if output.status.success() { Ok(output.stdout) } else { Err(self.failed(output.status, "")) }
    }

    /// The same beside another tool that has the terminal: its messages appear only on failure.
    pub(crate) fn capture_beside(mut self) -> Result<Vec<u8>> {
        let output = self.command.stdin(Stdio::null()).output().with_context(|| self.absent())?;
        if output.status.success() {
            return Ok(output.stdout);
        }
        Err(self.failed(output.status, String::from_utf8_lossy(&output.stderr).trim()))
    }

    /// Whether it runs successfully; its output is dropped.
    pub(crate) fn succeeds(mut self) -> bool {
        self.command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
    }

    /// The command as a person would type it, without the folder of a tool.
    fn line(&self) -> String {
        let program = Path::new(self.command.get_program());
        let mut line = program.file_name().unwrap_or(program.as_os_str()).to_string_lossy().into_owned();
        let root = self.command.get_current_dir().map(Path::to_path_buf).unwrap_or_default();
        let args: Vec<_> = self.command.get_args().collect();
        for arg in args.iter().take(12) {
            line.push(' ');
            let path = Path::new(arg);
            line.push_str(&path.strip_prefix(&root).unwrap_or(path).to_string_lossy());
        }
        if args.len() > 12 {
            line.push_str(" …");
        }
        line
    }

    fn absent(&self) -> String {
        format!("{} did not start: is `{}` installed and on the PATH?", self.name, self.command.get_program().display())
    }

    fn failed(&self, status: ExitStatus, output: &str) -> anyhow::Error {
        let output = if output.is_empty() { String::new() } else { format!("\n{output}") };
        anyhow::anyhow!("{}{output}", self.sentence(status))
    }

    fn sentence(&self, status: ExitStatus) -> String {
        let hint = self.hint.as_deref().unwrap_or("Its messages say what to fix.");
        format!("{} failed ({status}). {hint}", self.name)
    }
}

/// Passes on what comes, line by line, and returns the last lines of it.
fn pass_on(output: impl Read, mut to: impl Write) -> Result<Vec<String>> {
    let mut last = VecDeque::with_capacity(LAST_LINES);
    let mut output = BufReader::new(output);
    let mut line = Vec::new();
    while output.read_until(b'\n', &mut line)? > 0 {
        to.write_all(&line)?;
        if last.len() == LAST_LINES {
            last.pop_front();
        }
        last.push_back(String::from_utf8_lossy(&line).trim_end().to_owned());
        line.clear();
    }
    Ok(last.into())
}

/// Variables that cargo sets for the program it runs, not for its children.
fn is_of_this_package(key: &str) -> bool {
    key.starts_with("CARGO_PKG_") || key == "CARGO_MANIFEST_DIR" || key == "CARGO_MANIFEST_PATH"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_remembers_the_last_lines() {
        let text: String = (0..LAST_LINES + 5).map(|i| format!("line {i}\n")).collect();
        let mut passed = Vec::new();
        let last = pass_on(text.as_bytes(), &mut passed).unwrap();
        assert_eq!(passed, text.as_bytes());
        assert_eq!((last.len(), last[0].as_str()), (LAST_LINES, "line 5"));
    }
}
