using Microsoft.Extensions.DependencyInjection.Extensions;
using Reelay.Server.Tasks;
using Reelay.Server.Tasks.Postgres;
using Reelay.Server.Tasks.Sqlite;

namespace Reelay.Server.Storage;

/// <summary>The database: a file in the data folder, or PostgreSQL where <c>ConnectionStrings__Reelay</c> names one.</summary>
internal static class StorageServices
{
    /// <summary>Setting with the connection string, as Npgsql reads it.</summary>
    public const string Setting = "ConnectionStrings:Reelay";

    /// <exception cref="InvalidOperationException">A setting is wrong.</exception>
    public static void AddDatabase(this IServiceCollection services, IConfiguration configuration, int busySeconds)
    {
        if (configuration[Setting] is { Length: > 0 } connection)
        {
            services.AddPostgres(connection, configuration);
            return;
        }

        services.AddSingleton(provider =>
        {
            var database = new SqliteDatabase(provider.GetRequiredService<DataFolder>().Path("reelay.db"), busySeconds);
            SqliteMigrations.Apply(database.Writer, provider.GetRequiredService<TimeProvider>());
            return database;
        });
        services.AddSingleton<Database>(provider => provider.GetRequiredService<SqliteDatabase>());
        services.AddSingleton<ITaskStore, SqliteTaskStore>();
        services.TryAddSingleton<ILeaseStore>(provider => new SqliteLeaseStore(
            provider.GetRequiredService<SqliteDatabase>(), provider.GetRequiredService<TimeProvider>()));
    }

    private static void AddPostgres(this IServiceCollection services, string connection, IConfiguration configuration)
    {
        var options = new PostgresOptions();
        configuration.GetSection("Reelay:Postgres").Bind(options);
        ServerServices.Check(options, "Reelay:Postgres");
        services.AddSingleton(provider => Open(connection, options, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<Database>(provider => provider.GetRequiredService<PostgresDatabase>());
        services.AddSingleton<ITaskStore, PostgresTaskStore>();
        services.AddSingleton<ILeaseStore, PostgresLeaseStore>();
        services.AddSingleton<Api.Intents.SharedIntents>();
        services.AddSingleton(options);
        services.AddSingleton<ClusterSignals>();
        services.AddHostedService(provider => provider.GetRequiredService<ClusterSignals>());
        services.AddHostedService<Engine.ClusterListeners>();
    }

    private static PostgresDatabase Open(string connection, PostgresOptions options, TimeProvider time)
    {
        try
        {
            var database = new PostgresDatabase(connection, options);
            database.Migrate(ProgramVersion.Text, time);
            return database;
        }
        catch (Exception exception) when (exception is ArgumentException or Npgsql.NpgsqlException)
        {
            // The string itself holds a password and is not repeated.
            throw new InvalidOperationException($"ConnectionStrings__Reelay: {exception.Message}", exception);
        }
    }
}
