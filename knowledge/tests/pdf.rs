//! PDF, read by a process of its own: also those that are made to do harm.

use knowledge::documents::pdf::read_apart;
use knowledge::documents::{Format, Limits, ReadError, read};

/// A document of these objects, the first of which is its catalogue.
fn document(objects: &[String]) -> Vec<u8> {
    let mut pdf = b"%PDF-1.4\n".to_vec();
    let mut places = Vec::new();
    for (object, number) in objects.iter().zip(1..) {
        places.push(pdf.len());
        pdf.extend(format!("{number} 0 obj\n{object}\nendobj\n").bytes());
    }
    let table = pdf.len();
    pdf.extend(format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1).bytes());
    for place in places {
        pdf.extend(format!("{place:010} 00000 n \n").bytes());
    }
    let size = objects.len() + 1;
    pdf.extend(format!("trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n").bytes());
    pdf
}

/// A page with this content; the object 5 is its XObject `X`.
fn page(content: &str, xobject: &str) -> Vec<u8> {
    let stream = |fields: &str, text: &str| format!("<< {fields} /Length {} >>\nstream\n{text}\nendstream", text.len());
    let resources = "/Resources << /Font << /F 6 0 R >> /XObject << /X 5 0 R >> >>";
    document(&[
        "<< /Type /Catalog /Pages 2 0 R >>".into(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".into(),
        format!("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R {resources} >>"),
        stream("", content),
        stream(&format!("/Type /XObject /Subtype /Form /BBox [0 0 600 800] {resources}"), xobject),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>".into(),
    ])
}

#[test]
fn a_document_that_would_end_its_reader_ends_nothing_else() {
    read_apart(env!("CARGO_BIN_EXE_pdf-test-reader").into());
    let text = "BT /F 12 Tf 50 700 Td (Parking is behind the house.) Tj ET";
    let found = read("visit", Format::Pdf, &page(text, ""), &Limits::default()).unwrap();
    assert_eq!(found[0].answer, "Parking is behind the house.");
    // It draws itself, and so on.
    let endless = read("endless", Format::Pdf, &page("/X Do", "/X Do"), &Limits::default());
    assert!(matches!(&endless, Err(ReadError::Broken(why)) if why.contains("more memory or time")), "{endless:?}");
    let broken = read("broken", Format::Pdf, b"%PDF-1.4 no", &Limits::default());
    assert!(matches!(&broken, Err(ReadError::Broken(why)) if !why.is_empty()), "{broken:?}");
}
