//! Keys as code, behind `each` in an attribute.

use gentle::gentle;

use super::*;

type Passed = Result<u32, Rejected>;

struct Tenant {
    id: String,
    region: u8,
}

#[gentle(rate_limit = "1/h reject each tenant")]
async fn by_reference(tenant: &str) -> Passed {
    Ok(u32::try_from(tenant.len()).unwrap_or(0))
}

#[gentle(rate_limit = "1/h reject each tenant", retry = "now, 3 attempts, within 1s")]
async fn by_value(tenant: String) -> Passed {
    drop(tenant);
    Ok(1)
}

#[gentle(rate_limit(1/h reject each tenant))]
async fn by_number(tenant: u64) -> Passed {
    Ok(u32::try_from(tenant).unwrap_or(0))
}

#[gentle(rate_limit = "1/h reject each count")]
async fn by_mutable_reference(count: &mut u32) -> Passed {
    *count += 1;
    Ok(*count)
}

#[gentle(rate_limit = "1/h reject each (tenant.id)", retry = "now, 2 attempts, within 1s")]
async fn by_expression(tenant: &Tenant) -> Passed {
    Ok(tenant.region.into())
}

#[gentle(rate_limit(1/h reject each (tenant.id.as_str(), tenant.region, kind) up to 5))]
async fn by_three_together(tenant: &Tenant, kind: Option<&'static str>) -> Passed {
    Ok(kind.map_or(0, |_| tenant.region.into()))
}

#[gentle(
    rate_limit = "1/h reject each left",
    bulkhead = "4 each (left, right)",
    retry = "now, 2 attempts, within 1s"
)]
async fn by_a_part((left, right): (u8, u8)) -> Passed {
    Ok(u32::from(left) + u32::from(right))
}

#[gentle(
    rate_limit = "9/h reject each host",
    bulkhead = "1 each host",
    circuit_breaker = "1 in a row, open 1h, each host"
)]
async fn by_one_key_for_all(host: &str, answer: Passed) -> Passed {
    let _ = host;
    answer
}

#[tokio::test(start_paused = true)]
async fn an_argument_is_a_key_whether_borrowed_or_owned() {
    let (a, b) = (String::from("a"), "b");
    assert!(by_reference(&a).await.is_ok() && by_reference(b).await.is_ok());
    assert!(by_reference("a").await.is_err() && by_reference("b").await.is_err());
    assert!(by_value(a.clone()).await.is_ok() && by_value(b.to_owned()).await.is_ok());
    assert!(by_value(a).await.is_err());
    assert!(by_number(1).await.is_ok() && by_number(2).await.is_ok());
    assert!(by_number(1).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn a_mutable_reference_is_a_key_by_what_it_points_to_when_the_call_begins() {
    let mut count = 0;
    assert_eq!(by_mutable_reference(&mut count).await, Ok(1));
    assert_eq!(by_mutable_reference(&mut count).await, Ok(2), "another key by now");
    assert!(by_mutable_reference(&mut 1).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn an_expression_is_a_key_and_several_are_one_together() {
    let tenant = |id: &str, region| Tenant { id: id.to_owned(), region };
    assert!(by_expression(&tenant("a", 1)).await.is_ok());
    assert!(by_expression(&tenant("a", 2)).await.is_err());
    assert!(by_expression(&tenant("b", 1)).await.is_ok());
    assert!(by_three_together(&tenant("a", 1), None).await.is_ok());
    assert!(by_three_together(&tenant("a", 1), Some("x")).await.is_ok());
    assert!(by_three_together(&tenant("a", 2), None).await.is_ok());
    assert!(by_three_together(&tenant("a", 1), None).await.is_err());
    assert!(by_a_part((1, 2)).await.is_ok());
    assert!(by_a_part((1, 3)).await.is_err());
    assert!(by_a_part((2, 2)).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn one_key_goes_for_every_policy_of_a_function() {
    let failure = Err(Rejected::clone(&by_number(7).await.and(by_number(7).await).unwrap_err()));
    assert_eq!(by_one_key_for_all("down", failure).await, failure);
    assert_eq!(by_one_key_for_all("down", Ok(1)).await.unwrap_err().kind, Refusal::Open);
    assert_eq!(by_one_key_for_all("up", Ok(1)).await, Ok(1));
}

struct Client {
    account: u32,
    limits: Policies,
}

impl Client {
    #[gentle(rate_limit = "1/h reject each (self.account)")]
    async fn by_receiver(&self) -> Passed {
        Ok(self.account)
    }

    #[gentle(rate_limit = "1/h reject each (self.account)", retry = "now, 2 attempts, within 1s")]
    async fn by_receiver_of_its_own(self: Arc<Self>) -> Passed {
        Ok(self.account)
    }

    #[gentle(policy = self.limits.each(&self.account))]
    async fn with_policies_of_its_own(&self) -> Passed {
        Ok(self.account)
    }

    #[gentle(policy = self.limits, cost = self.account)]
    async fn at_a_cost(&self) -> Passed {
        Ok(self.account)
    }
}

fn client(account: u32, limits: &str) -> Arc<Client> {
    Arc::new(Client { account, limits: Policies::parse(limits).unwrap() })
}

#[tokio::test(start_paused = true)]
async fn a_key_may_be_a_part_of_the_receiver() {
    let [one, other] = [1, 2].map(|account| client(account, r#"bulkhead = "9""#));
    assert!(one.by_receiver().await.is_ok() && other.by_receiver().await.is_ok());
    assert!(one.by_receiver().await.is_err());
    assert!(one.clone().by_receiver_of_its_own().await.is_ok());
    assert!(one.by_receiver_of_its_own().await.is_err());
    assert!(other.by_receiver_of_its_own().await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn policies_that_are_handed_over_get_their_key_with_them() {
    let mut client =
        Client { account: 1, limits: Policies::parse(r#"rate_limit = "1/h reject each k""#).unwrap() };
    assert!(client.with_policies_of_its_own().await.is_ok());
    assert!(client.with_policies_of_its_own().await.is_err());
    client.account = 2;
    assert!(client.with_policies_of_its_own().await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn policies_that_are_handed_over_know_what_a_call_costs() {
    let client = client(3, r#"rate_limit = "5/h reject""#);
    assert!(client.at_a_cost().await.is_ok());
    assert_eq!(client.at_a_cost().await.unwrap_err().kind, Refusal::Full);
}
