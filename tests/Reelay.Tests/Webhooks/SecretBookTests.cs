using Reelay.Server.Secrets;
using Reelay.Server.Storage;
using Reelay.Server.Webhooks;
using Reelay.Tests.Support;

namespace Reelay.Tests.Webhooks;

/// <summary>Secrets at rest: how many sign, and how they come under another master key.</summary>
public sealed class SecretBookTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ManualTimeProvider _time = new();
    private readonly Database _database;
    private readonly SqlWebhookSecretStore _store;

    public SecretBookTests()
    {
        _database = TestStore.Open(_folder, _time);
        _store = new SqlWebhookSecretStore(_database);
    }

    public void Dispose()
    {
        _database.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void However_often_somebody_rotates_two_sign_at_most_and_the_old_one_for_a_day()
    {
        var book = Book(Box('a'));
        var first = Assert.Single(book.Active("whe_1"));
        Assert.Equal([first], book.Active("whe_1"));
        var secrets = Enumerable.Range(0, 5).Select(_ => book.Issue("whe_1", keepsOld: true)).ToList();
        Assert.Equal([secrets[4], secrets[3]], book.Active("whe_1"));
        _time.Advance(WebhookSecretBook.Overlap - TimeSpan.FromSeconds(1));
        Assert.Equal(2, book.Active("whe_1").Count);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal([secrets[4]], book.Active("whe_1"));
        var last = book.Issue("whe_1", keepsOld: false);
        Assert.Equal([last], book.Active("whe_1"));
        Assert.DoesNotContain(last, book.Active("whe_2"));
    }

    [Fact]
    public void A_new_master_key_reaches_them()
    {
        var (old, next) = (Box('a'), Box('b'));
        var kept = Book(old).Issue("acct_a", keepsOld: false);
        var table = new SealedTable(_database, "webhook_secrets", "owner || '/' || number", "webhook/");
        var row = Assert.Single(table.ListOutdated([1], 10));
        Assert.True(table.Replace(row, next.Seal(row.Owner, old.Open(row.Owner, row.Envelope))));
        Assert.Equal([kept], Book(next).Active("acct_a"));
        Assert.Throws<InvalidOperationException>(() => Book(old).Active("acct_a"));
    }

    private SecretBox Box(char digit) =>
        new(MasterKey.Open(new string(digit, 64), _folder.File("master.key"), null, new SeededRandomness(digit)), new SeededRandomness(digit));

    private WebhookSecretBook Book(SecretBox box) => new(_store, box, Reelay.Server.Tasks.Randomness.System, _time);
}
