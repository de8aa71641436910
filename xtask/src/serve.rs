//! The demo's static file server.
//!
//! Guarantees: it answers only this machine (the caller binds 127.0.0.1), only
//! GET and HEAD, and only with files below its folders: a path that climbs
//! out, by dots, encodings or symbolic links, is not found.

use std::fs::{self, File};
use std::io::Read;
use std::net::TcpListener;
use std::path::{Path, PathBuf};

use anyhow::{Result, anyhow};
use percent_encoding::percent_decode_str;
use tiny_http::{Header, Method, Request, Response, Server, StatusCode};

use crate::say;

/// Requests answered at the same time: a page asks for many pictures at once.
const THREADS: usize = 8;

/// The folders that are served.
pub(crate) struct Site {
    folder: PathBuf,
    mounts: Vec<Mount>,
}

/// A folder served in place of a path of the site.
pub(crate) struct Mount {
    /// The first segment of the path.
    pub(crate) prefix: &'static str,
    /// What is served there instead.
    pub(crate) folder: PathBuf,
}

impl Site {
    /// A site of the files below `folder`.
    pub(crate) fn new(folder: PathBuf) -> Self {
        Self { folder, mounts: Vec::new() }
    }

    /// Serves another folder in place of one path.
    pub(crate) fn mount(mut self, mount: Mount) -> Self {
        self.mounts.push(mount);
        self
    }

    /// The file that answers a path. A path without an extension is one that
    /// the page's router understands, so the page answers it.
    fn find(&self, url: &str) -> Option<PathBuf> {
        let segments = segments(url)?;
        let mount = self.mounts.iter().find(|mount| segments.first().is_some_and(|first| first == mount.prefix));
        let (folder, rest) = match mount {
            Some(mount) => (&mount.folder, segments.get(1..).unwrap_or_default()),
            None => (&self.folder, segments.as_slice()),
        };
        let mut path = folder.clone();
        path.extend(rest);
        if path.is_dir() {
            path.push("index.html");
        }
        let is_route = mount.is_none() && segments.last().is_none_or(|last| !last.contains('.'));
        inside(folder, &path).or_else(|| is_route.then(|| inside(&self.folder, &self.folder.join("index.html")))?)
    }
}

/// Answers requests until the process ends.
pub(crate) fn serve(listener: TcpListener, site: &Site) -> Result<()> {
    let server = Server::from_listener(listener, None).map_err(|error| anyhow!("the server did not start: {error}"))?;
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                while let Ok(request) = server.recv() {
                    answer(request, site);
                }
            });
        }
    });
    Ok(())
}

fn answer(request: Request, site: &Site) {
    let refusal = |status: u16, text: &str| Response::from_string(text).with_status_code(StatusCode(status));
    // A reader that goes away in the middle is not our error.
    drop(if !matches!(request.method(), Method::Get | Method::Head) {
        request.respond(with_headers(refusal(405, "Only GET and HEAD are answered here.\n"), &[("Allow", "GET, HEAD")]))
    } else if let Some(path) = site.find(request.url()) {
        match File::open(&path) {
            Ok(file) => {
                let response = with_headers(
                    Response::from_file(file),
                    &[
                        ("Content-Type", &content_type(&path)),
                        ("Cache-Control", cache_control(request.url())),
                        ("X-Content-Type-Options", "nosniff"),
                    ],
                );
                request.respond(response)
            }
            Err(error) => {
                say::warn(&format!("cannot read {}: {error}", path.display()));
                request.respond(refusal(500, "Cannot read this file.\n"))
            }
        }
    } else {
        request.respond(refusal(404, "There is nothing here.\n"))
    });
}

/// The decoded segments of a request's path, or nothing if one is unsafe.
fn segments(url: &str) -> Option<Vec<String>> {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    // Decoded after splitting, so that an encoded slash stays inside its segment
    // and is refused there.
    path.strip_prefix('/')?
        .split('/')
        .filter(|segment| !segment.is_empty())
        .map(|segment| {
            let segment = percent_decode_str(segment).decode_utf8().ok()?;
            let is_plain = segment != "."
                && segment != ".."
                && !segment.contains(['/', '\\', ':', '\0'])
                && !segment.chars().any(char::is_control);
            is_plain.then(|| segment.into_owned())
        })
        .collect()
}

/// The real path of a file, if it is below the folder once links are resolved.
fn inside(folder: &Path, path: &Path) -> Option<PathBuf> {
    let folder = fs::canonicalize(folder).ok()?;
    let path = fs::canonicalize(path).ok()?;
    (path.starts_with(&folder) && path.is_file()).then_some(path)
}

fn content_type(path: &Path) -> String {
    let mime = mime_guess::from_path(path).first_or_octet_stream();
    let is_text = mime.type_() == "text" || matches!(mime.subtype().as_str(), "json" | "javascript");
    if is_text { format!("{mime}; charset=utf-8") } else { mime.to_string() }
}

/// Vite names the files under /assets by their content; everything else may
/// change with the next build.
fn cache_control(url: &str) -> &'static str {
    if url.starts_with("/assets/") { "public, max-age=31536000, immutable" } else { "no-cache" }
}

fn with_headers<R: Read>(mut response: Response<R>, headers: &[(&str, &str)]) -> Response<R> {
    for (name, value) in headers {
        if let Ok(header) = Header::from_bytes(*name, *value) {
            response.add_header(header);
        }
    }
    response
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::net::TcpStream;

    use super::*;

    /// A site in a scratch folder with a secret beside it.
    fn site(name: &str) -> (PathBuf, Site) {
        let folder = std::env::temp_dir().join(format!("xtask-serve-{name}-{}", std::process::id()));
        for (file, text) in [
            ("site/index.html", "<p>shop"),
            ("site/core_bg.wasm", "\0asm"),
            ("site/catalog/shop.flaneur", "ours"),
            ("other/shop.flaneur", "theirs"),
            ("secret.txt", "secret"),
        ] {
            let path = folder.join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let site = Site::new(folder.join("site"));
        (folder, site)
    }

    fn text(found: Option<PathBuf>) -> Option<String> {
        found.map(|path| fs::read_to_string(path).unwrap())
    }

    #[test]
    fn paths_that_climb_out_are_not_found() {
        let (folder, site) = site("climb");
        for url in [
            "/../secret.txt",
            "/catalog/../../secret.txt",
            "/%2e%2e/secret.txt",
            "/..%2fsecret.txt",
            "/%2e%2e%2fsecret.txt",
            "/..\\secret.txt",
            "/..%5csecret.txt",
            "/%00",
            "/c:/secret.txt",
            "/%ff",
            "//secret.txt",
            "secret.txt",
            "/./../secret.txt",
        ] {
            assert_eq!(site.find(url), None, "{url}");
        }
        fs::remove_dir_all(folder).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn links_that_lead_out_are_not_found() {
        let (folder, site) = site("links");
        std::os::unix::fs::symlink(folder.join("secret.txt"), folder.join("site/link.txt")).unwrap();
        assert_eq!(site.find("/link.txt"), None);
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn routes_give_the_page_and_missing_files_nothing() {
        let (folder, site) = site("routes");
        for url in ["/", "/?q=1", "/product/12", "/index.html"] {
            assert_eq!(text(site.find(url)).as_deref(), Some("<p>shop"), "{url}");
        }
        assert_eq!(site.find("/missing.js"), None);
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn mounted_folder_replaces_the_path() {
        let (folder, site) = site("mount");
        assert_eq!(text(site.find("/catalog/shop.flaneur")).as_deref(), Some("ours"));
        let site = site.mount(Mount { prefix: "catalog", folder: folder.join("other") });
        assert_eq!(text(site.find("/catalog/shop.flaneur")).as_deref(), Some("theirs"));
        assert_eq!(site.find("/catalog/absent"), None);
        assert_eq!(site.find("/catalog/../secret.txt"), None);
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn content_types_are_those_browsers_insist_on() {
        for (file, expected) in [
            ("core_bg.wasm", "application/wasm"),
            ("index.html", "text/html; charset=utf-8"),
            ("index.js", "text/javascript; charset=utf-8"),
            ("picture.svg", "image/svg+xml"),
            ("items.json", "application/json; charset=utf-8"),
            ("shop.flaneur", "application/octet-stream"),
        ] {
            assert_eq!(content_type(Path::new(file)), expected);
        }
    }

    #[test]
    fn requests_are_answered_with_their_headers() {
        let (folder, site) = site("http");
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let server = Server::from_listener(listener, None).unwrap();
        let ask = |request: &str| {
            let mut stream = TcpStream::connect(address).unwrap();
            write!(stream, "{request} HTTP/1.1\r\nHost: shop\r\nConnection: close\r\n\r\n").unwrap();
            answer(server.recv().unwrap(), &site);
            let mut reply = String::new();
            stream.read_to_string(&mut reply).unwrap();
            reply
        };
        let module = ask("GET /core_bg.wasm");
        assert!(module.starts_with("HTTP/1.1 200"), "{module}");
        assert!(module.contains("Content-Type: application/wasm\r\n"), "{module}");
        assert!(module.contains("Cache-Control: no-cache\r\n"), "{module}");
        assert!(module.ends_with("\0asm"), "{module}");
        assert!(!ask("HEAD /core_bg.wasm").ends_with("asm"));
        assert!(ask("GET /../secret.txt").starts_with("HTTP/1.1 404"));
        assert!(ask("POST /index.html").starts_with("HTTP/1.1 405"));
        fs::remove_dir_all(folder).unwrap();
    }
}
