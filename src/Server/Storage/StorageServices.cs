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

    /// <summary>Whether the database is PostgreSQL, which several nodes can share.</summary>
    public static bool IsPostgres(IConfiguration configuration) => configuration[Setting] is { Length: > 0 };

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

    // The string itself holds a password and is not repeated, nor what was made of a string that cannot be read.
    private static PostgresDatabase Open(string connection, PostgresOptions options, TimeProvider time)
    {
        try
        {
            var database = new PostgresDatabase(connection, options);
            database.Migrate(ProgramVersion.Text, time);
            return database;
        }
        catch (ArgumentException exception)
        {
            throw new InvalidOperationException(
                $"ConnectionStrings__Reelay{Direct()} cannot be read; write it as Host=…;Port=5432;Database=reelay;Username=reelay;Password=….", exception);
        }
        catch (Exception exception) when (exception is Npgsql.NpgsqlException or System.Net.Sockets.SocketException or TimeoutException)
        {
            var reason = exception is Npgsql.PostgresException refusal ? refusal.MessageText : exception.InnerException?.Message ?? exception.Message;
            throw new InvalidOperationException($"The database that ConnectionStrings__Reelay{Direct()} names cannot be used: {reason.TrimEnd('.')}.", exception);
        }

        string Direct() => options.DirectConnection is null ? "" : " or Reelay__Postgres__DirectConnection";
    }
}
