using Reelay.Server.Api;
using Reelay.Server.Routing.Sources;
using Reelay.Server.Storage;
using Reelay.Server.Tasks;

namespace Reelay.Server.Secrets;

/// <summary>What keeps secrets.</summary>
internal static class SecretServices
{
    /// <exception cref="InvalidOperationException">Several nodes can share the database, and no key was given that all of them have.</exception>
    public static void AddSecrets(this IServiceCollection services, IConfiguration configuration)
    {
        if (StorageServices.IsPostgres(configuration) && string.IsNullOrWhiteSpace(configuration[MasterKey.Setting]))
        {
            throw new InvalidOperationException(
                $"{MasterKey.Setting} must be set where ConnectionStrings__Reelay names a database, to the same key on every node: {MasterKey.KeyBytes * 2} "
                + $"hexadecimal digits (openssl rand -hex {MasterKey.KeyBytes}). Only beside a file of its own does a server make one.");
        }

        services.AddSingleton(provider => Open(provider, configuration[MasterKey.Setting], configuration[MasterKeys.PreviousSetting]));
        services.AddSingleton<SecretBox>();
        services.AddSealedTable("admin_channels", "id", "admin_channel/");
        services.AddSealedTable("channel_versions", "channel_id || '/' || version", "channel/");
        services.AddSealedTable("webhook_secrets", "owner || '/' || number", "webhook/");
        services.AddSingleton<KeyRotation>();
        services.AddHostedService(provider => provider.GetRequiredService<KeyRotation>());
        services.AddSingleton<AdminSecretEndpoints>();
    }

    /// <summary>Registers a table of envelopes, so that a new master key reaches it; see <see cref="SealedTable"/>.</summary>
    public static void AddSealedTable(this IServiceCollection services, string table, string key, string ownerPrefix, string column = "sealed") =>
        services.AddSingleton<ISealedRows>(provider => new SealedTable(provider.GetRequiredService<Database>(), table, key, ownerPrefix, column));

    // The check comes before anything is encrypted with it, and its note before anything could have been.
    private static MasterKeys Open(IServiceProvider provider, string? setting, string? previous)
    {
        var store = provider.GetRequiredService<IChannelStore>();
        var known = store.MasterKeyId();
        var keys = Read(known);
        if (known is not null) return keys;

        // Another node may have noted its own meanwhile: the first one counts, and this one must be the same.
        store.NoteMasterKey(MasterKeys.IdOf(keys.Current), provider.GetRequiredService<TimeProvider>().GetUtcNow().ToUnixTimeMilliseconds());
        return Read(store.MasterKeyId());

        MasterKeys Read(string? knownId) => MasterKeys.Open(
            setting, previous, provider.GetRequiredService<DataFolder>().Path(MasterKey.FileName), knownId, provider.GetRequiredService<Randomness>());
    }
}
