//! Asks the local API server over plain HTTP: loopback alone, bounded in time and size.

use std::time::Duration;

use serde_json::Value as Json;

/// How long an answer may take: the server is on this machine.
const PATIENCE: Duration = Duration::from_secs(3);
/// The most that is read of an answer, in bytes.
const MOST: u64 = 1 << 20;

/// Returns the JSON that an address of the local server answers with.
///
/// No proxy is asked, no redirection is followed.
///
/// # Errors
///
/// Returns why there is none, in a few words.
pub(super) fn get(base: &str, path: &str) -> Result<Json, String> {
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .timeout_global(Some(PATIENCE))
        .max_redirects(0)
        .http_status_as_error(false)
        .proxy(None)
        .build()
        .into();
    let mut answer = agent.get(format!("{base}{path}")).call().map_err(|error| in_words(&error))?;
    let status = answer.status();
    if !status.is_success() {
        return Err(format!("it answers with HTTP status {}", status.as_u16()));
    }
    let body = answer.body_mut().with_config().limit(MOST).read_to_vec().map_err(|error| in_words(&error))?;
    serde_json::from_slice(&body).map_err(|_| "its answer is no JSON".to_owned())
}

fn in_words(error: &ureq::Error) -> String {
    match error {
        ureq::Error::Io(error) if error.kind() == std::io::ErrorKind::ConnectionRefused => {
            "nothing listens there".to_owned()
        }
        ureq::Error::Timeout(_) => format!("no answer within {} seconds", PATIENCE.as_secs()),
        ureq::Error::BodyExceedsLimit(_) => format!("its answer is longer than {} KiB", MOST >> 10),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::net::TcpListener;

    use super::*;

    /// Answers once with these bytes; returns the address.
    fn serve(answer: Vec<u8>) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().expect("a client");
            let _ = stream.read(&mut [0; 4096]);
            // The client may have heard enough.
            let _ = stream.write_all(&answer);
        });
        format!("http://{address}")
    }

    fn response(status: &str, body: &str) -> Vec<u8> {
        format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n\r\n{body}", body.len()).into_bytes()
    }

    #[test]
    fn json_is_read_and_all_else_is_told() {
        assert_eq!(get(&serve(response("200 OK", "{\"a\": 1}")), "/x"), Ok(serde_json::json!({"a": 1})));
        let refused = |answer| get(&serve(answer), "/x").expect_err("no answer");
        assert_eq!(refused(response("200 OK", "<html>")), "its answer is no JSON");
        assert_eq!(refused(response("401 Unauthorized", "{}")), "it answers with HTTP status 401");
        let elsewhere = b"HTTP/1.1 302 Found\r\nLocation: http://192.0.2.1/\r\nContent-Length: 0\r\n\r\n".to_vec();
        assert_eq!(refused(elsewhere), "it answers with HTTP status 302");
        assert_eq!(refused(response("200 OK", &" ".repeat(2 << 20))), "its answer is longer than 1024 KiB");
    }

    #[test]
    fn a_port_where_nobody_listens_is_told() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        drop(listener);
        assert_eq!(get(&format!("http://{address}"), "/"), Err("nothing listens there".to_owned()));
    }
}
