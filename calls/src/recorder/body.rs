//! A session description and its metadata in one body (RFC 7866 section 9, RFC 2046 section 5.1).

use sip_core::Body;

/// The type of the metadata: that of RFC 7865, as RFC 9806 has settled it.
const METADATA: &str = "application/rs-metadata+xml";

/// Both in one body. `boundary` must not be in either of them: some random letters.
pub(crate) fn body(description: &str, metadata: &str, boundary: &str) -> Body {
    let data = format!(
        "--{boundary}\r\nContent-Type: application/sdp\r\nContent-Disposition: session\r\n\r\n{description}\r\n\
         --{boundary}\r\nContent-Type: {METADATA}\r\nContent-Disposition: recording-session\r\n\r\n{metadata}\r\n\
         --{boundary}--\r\n"
    );
    Body::new(format!("multipart/mixed;boundary={boundary}"), data)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_parts_are_there_each_with_its_type_and_disposition() {
        let body = body("v=0\r\n", "<recording/>", "cut");
        assert_eq!(body.content_type, "multipart/mixed;boundary=cut");
        let text = String::from_utf8(body.data.to_vec()).expect("text");
        let parts: Vec<&str> = text.split("--cut").collect();
        assert_eq!(parts.len(), 4, "{text}");
        assert!(
            parts[1].starts_with("\r\nContent-Type: application/sdp\r\n") && parts[1].ends_with("\r\n\r\nv=0\r\n\r\n")
        );
        assert!(parts[2].contains("rs-metadata+xml\r\nContent-Disposition: recording-session\r\n\r\n<recording/>\r\n"));
        assert_eq!(parts[3], "--\r\n");
    }
}
