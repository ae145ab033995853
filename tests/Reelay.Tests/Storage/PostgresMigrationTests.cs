using Npgsql;
using Reelay.Server.Storage;
using Reelay.Tests.Support;

namespace Reelay.Tests.Storage;

/// <summary>Numbered files on PostgreSQL: one node at a time, each whole or not at all, and newer ones are left alone.</summary>
public sealed class PostgresMigrationTests
{
    private const string Version = "1.2.0";

    private readonly string _database = PostgresServer.Instance.NewEmptyDatabase();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Of_two_nodes_that_start_at_once_one_applies_and_the_other_waits_for_it()
    {
        // The file itself waits for a lock that the test holds, so the first node stands still in its middle.
        const long held = 4711;
        using var test = Open();
        test.Execute($"SELECT pg_advisory_lock({held})");
        MigrationFile[] files = [File(1, "CREATE TABLE one (id bigint)"), File(2, $"SELECT pg_advisory_xact_lock({held}); CREATE TABLE two (id bigint)")];
        var nodes = Enumerable.Range(0, 2).Select(_ => Task.Factory.StartNew(
            () => Apply(files), Cancellation, TaskCreationOptions.LongRunning, TaskScheduler.Default)).ToArray();
        while (test.Scalar<long>("SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database WHERE NOT granted AND locktype = 'advisory' AND datname = current_database()") < 2)
            await GatewayHost.PauseAsync();
        Assert.Equal(1, test.Scalar<long>("SELECT count(*) FROM migrations"));
        Assert.All(nodes, node => Assert.False(node.IsCompleted));

        test.Execute($"SELECT pg_advisory_unlock({held})");
        Assert.Equal([0, 2], (await Task.WhenAll(nodes)).Order());
        Assert.Equal(["0001_test.sql", "0002_test.sql"], Applied(test));
    }

    [Fact]
    public void The_files_of_this_program_make_the_schema_once()
    {
        using var database = new PostgresDatabase(_database, new PostgresOptions { MaxConnections = 4 });
        var count = MigrationFile.Of("postgres").Count;
        Assert.Equal(count, database.Migrate(Version, TimeProvider.System));
        Assert.Equal(0, database.Migrate(Version, TimeProvider.System));
        Assert.Equal(256, database.Read(connection => connection.Scalar<long>("SELECT count(*) FROM shards")));
        Assert.All(MigrationFile.Of("postgres"), file => Assert.NotEqual(new Version(0, 0, 0), file.MinCompatible));
    }

    [Theory]
    [InlineData("1.2.0")]
    [InlineData("1.1.9")]
    public void A_database_of_a_newer_program_is_used_as_long_as_its_files_allow_it(string minCompatible)
    {
        Apply([File(1, "CREATE TABLE one (id bigint)"), File(2, $"-- min_compatible: {minCompatible}\nALTER TABLE one ADD name text")]);
        Assert.Equal(0, Apply([File(1, "CREATE TABLE one (id bigint)")]));
        using var test = Open();
        Assert.Equal(["0001_test.sql", "0002_test.sql"], Applied(test));
    }

    [Fact]
    public void A_database_that_needs_a_newer_program_is_refused_by_name_and_left_alone()
    {
        Apply([File(1, "CREATE TABLE one (id bigint)"), File(2, "-- min_compatible: 1.2.1\nALTER TABLE one RENAME TO other")]);
        var refused = Assert.Throws<InvalidOperationException>(() => Apply([File(1, "CREATE TABLE one (id bigint)")]));
        Assert.Equal("The database has migration 0002_test.sql, which needs at least version 1.2.1; this is 1.2.0. Start a newer version.", refused.Message);

        // Whoever was refused holds nothing.
        Assert.Equal(0, Apply([File(1, ""), File(2, "")]));
        Assert.Equal(1, Apply([File(1, ""), File(2, ""), File(3, "CREATE TABLE three (id bigint)")], "1.2.1"));
    }

    [Fact]
    public void A_file_that_fails_leaves_nothing_of_itself_and_all_of_those_before()
    {
        MigrationFile[] files =
        [
            File(1, "CREATE TABLE one (id bigint)"), File(2, "CREATE TABLE two (id bigint); INSERT INTO one VALUES (1); SELECT 1 / 0; CREATE TABLE three (id bigint)"),
            File(3, "CREATE TABLE four (id bigint)"),
        ];
        var failed = Assert.Throws<InvalidOperationException>(() => Apply(files));
        Assert.Equal("Migration 0002_test.sql could not be applied, and nothing of it was: division by zero.", failed.Message);
        using var test = Open();
        Assert.Equal(["0001_test.sql"], Applied(test));
        Assert.Equal(["migrations", "one"], test.Query(row => row.GetString(0), "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"));
        Assert.Equal(0, test.Scalar<long>("SELECT count(*) FROM one"));

        // Mended, it goes on where it stopped.
        files[1] = File(2, "CREATE TABLE two (id bigint)");
        Assert.Equal(2, Apply(files));
    }

    private static MigrationFile File(long number, string sql) => new(number, $"{number:0000}_test.sql", sql);

    private static List<string> Applied(NpgsqlConnection test) => test.Query(row => row.GetString(0), "SELECT name FROM migrations ORDER BY number");

    private int Apply(IReadOnlyList<MigrationFile> files, string version = Version)
    {
        using var connection = Open();
        return PostgresMigrations.Apply(connection, version, TimeProvider.System, files);
    }

    private NpgsqlConnection Open()
    {
        var connection = new NpgsqlConnection(_database + ";Pooling=false");
        connection.Open();
        return connection;
    }
}
