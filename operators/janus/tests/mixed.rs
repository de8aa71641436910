//! The uploads of the deployed operators' own client and ours, through the same addresses into one sum.

use std::sync::{Arc, Mutex};
use std::time::{SystemTime, UNIX_EPOCH};

use flaneur_operators::gateway::Gateway;
use flaneur_operators::server::{Desk, serve};
use flaneur_operators::{Operators, Setup};
use flaneur_upstream::report::TaskParameters;
use flaneur_upstream::{Report, Task};
use janus_client::Client;
use janus_messages::{Duration, TaskId};
use prio::vdaf::prio3::Prio3;
use rand_core::OsRng;

const BUCKETS: usize = 16;
const CHUNK: usize = 4;
const PRECISION: u64 = 3_600;

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_reports_of_janus_client_and_two_hundred_of_ours_sum_exactly() {
    let setup = Setup { id: [5; 32], buckets: BUCKETS, chunk: CHUNK, seed: [6; 32] };
    let operators = Operators::new(&setup).unwrap();
    let [leader, helper] = operators.configs();
    let operators = Arc::new(Mutex::new(operators));
    let server = tiny_http::Server::http("127.0.0.1:0").unwrap();
    let address = format!("http://{}", server.server_addr());
    let desk = Desk::One(Arc::clone(&operators), Arc::new(Gateway::new(&setup.seed).unwrap()));
    std::thread::spawn(move || serve(&server, &desk));

    let theirs = Client::new(
        TaskId::from(setup.id),
        format!("{address}/leader").parse().unwrap(),
        format!("{address}/helper").parse().unwrap(),
        Duration::from_seconds(PRECISION),
        Prio3::new_histogram(2, BUCKETS, CHUNK).unwrap(),
    )
    .await
    .unwrap();
    let parameters = TaskParameters {
        id: &setup.id,
        buckets: BUCKETS as u32,
        chunk: CHUNK as u32,
        time_precision: PRECISION,
        leader: &leader,
        helper: &helper,
    };
    let ours = Task::new(&parameters).unwrap();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();

    let mut truth = vec![0; BUCKETS];
    for shopper in 0..200 {
        let (their, our) = (shopper % BUCKETS, 3 * shopper % BUCKETS);
        truth[their] += 1;
        truth[our] += 1;
        theirs.upload(&their).await.unwrap();
        let report = Report::seal(&ours, our as u32, now, &mut OsRng).unwrap();
        operators.lock().unwrap().upload(report.bytes()).unwrap();
    }
    let operators = operators.lock().unwrap();
    assert_eq!(operators.count(), 400, "none is rejected");
    assert_eq!(operators.sums(None).unwrap(), truth);
}
