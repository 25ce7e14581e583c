impl ::gentle::event::Event for ScoreRead {
    const TOPIC: &'static str = "score.read";
}
