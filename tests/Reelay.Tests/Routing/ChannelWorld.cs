using Reelay.Server.Api;
using Reelay.Server.Routing;
using Reelay.Server.Routing.Sources;
using Reelay.Server.Secrets;
using Reelay.Server.Storage;
using Reelay.Server.Tasks;
using Reelay.Tests.Support;

namespace Reelay.Tests.Routing;

/// <summary>The registry of channels over a real database, with a clock that tests move.</summary>
internal sealed class ChannelWorld : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly SqliteDatabase _database;
    private readonly LineLog _log = new();

    public ChannelWorld()
    {
        TestStore.Prepare(_folder.Path);
        _database = new SqliteDatabase(_folder.File("reelay.db"));
        SqliteMigrations.Apply(_database.Writer, Time);
        Store = new SqlChannelStore(_database);
        Admin = new AdminChannels(Store, new SecretBox(Key(), Randomness.System), Time);
    }

    public ManualTimeProvider Time { get; } = new();

    /// <summary>Settings of the process.</summary>
    public Dictionary<string, string?> Settings { get; } = [];

    public SandboxSettings Sandbox { get; set; } = new();

    public ChannelFile? File { get; set; }

    public string FilePath => _folder.File("channels.yaml");

    public SqlChannelStore Store { get; }

    public AdminChannels Admin { get; }

    public ChannelRegistry? Registry { get; private set; }

    public List<string> Notes { get; } = [];

    /// <summary>Everything that was logged.</summary>
    public IReadOnlyList<string> Log => _log.Lines;

    /// <summary>Starts, or starts again over the same database.</summary>
    public ChannelRegistry Open()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(Normalized()).Build();
        if (File is not null) File = new ChannelFile(FilePath, configuration);
        var builder = new ChannelBuilder(new ProviderSet(), () => new HttpMessageInvoker(new RecordingUpstream()), Time);
        var versions = new ChannelVersions(Store, new SecretBox(Key(), Randomness.System), builder, Time);
        return Registry = new ChannelRegistry(
            new ChannelSettings(configuration, Sandbox, [], File, Notes), builder, versions, Admin, new AccountHolds(null), Time, _log);
    }

    /// <summary>Writes the file; a registry that runs sees it at its next look.</summary>
    public void WriteFile(string text)
    {
        System.IO.File.WriteAllText(FilePath, text);
        File ??= new ChannelFile(FilePath, new ConfigurationBuilder().Build());
    }

    /// <summary>Writes an attempt that is open at a channel, as a submission would.</summary>
    public void WriteOpenAttempt(ProviderChannel channel, string task = "task_1") => _database.Write((connection, transaction) => connection.Execute(
        """
        INSERT INTO accounts (id, name, created_at) VALUES ('acct', 'test', 1) ON CONFLICT DO NOTHING;
        INSERT INTO tasks (id, shard, version, account_id, key_id, model, order_json, base_url, phase, price_micros, created_at)
        VALUES (@task, 0, 1, 'acct', 'key', 'sora-2', '{}', 'http://gateway.test', 'submitted', 0, 1);
        INSERT INTO attempts (task_id, number, channel_id, channel_account, credential_version, upstream_model, token, fingerprint, started_at, send_by, deadline_at)
        VALUES (@task, 1, @channel, @account, @version, 'sora-2', @task, 'f', 1, 2, 3);
        """,
        transaction,
        ("@task", task), ("@channel", channel.Id), ("@account", channel.VendorAccount), ("@version", channel.CredentialVersion)));

    public void EndAttempts() => _database.Write((connection, transaction) =>
        connection.Execute("UPDATE attempts SET ended_at = 9, outcome = 'completed'", transaction));

    public static TaskAttempt Attempt(ProviderChannel channel) => Rows.Attempt(Rows.Task(), channel: channel.Id) with { CredentialVersion = channel.CredentialVersion };

    /// <summary>Every byte of the database as text, to look for what must not be there.</summary>
    public string DatabaseText()
    {
        _database.Writer.Execute("PRAGMA wal_checkpoint(TRUNCATE)");
        using var file = new FileStream(_folder.File("reelay.db"), FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(file, System.Text.Encoding.Latin1);
        return reader.ReadToEnd();
    }

    public void Dispose()
    {
        _database.Dispose();
        _folder.Dispose();
    }

    private static MasterKey Key() => MasterKey.Open(new string('a', 64), "", null, Randomness.System);

    private Dictionary<string, string?> Normalized() => Settings.ToDictionary(pair => pair.Key.Replace("__", ":"), pair => pair.Value);

    private sealed class LineLog : ILogger<ChannelRegistry>
    {
        public List<string> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Add($"{logLevel} {formatter(state, exception)}");
    }
}
