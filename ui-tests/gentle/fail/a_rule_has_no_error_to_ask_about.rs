use gentle::gentle;

struct Response {
    status: u16,
}

#[gentle(retry = "on", retry_if = |response| response.status == 503)]
async fn read_score(status: u16) -> Response {
    Response { status }
}

fn main() {
    drop(read_score(7));
}
