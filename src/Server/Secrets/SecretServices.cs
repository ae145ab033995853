using Reelay.Server.Api;
using Reelay.Server.Routing.Sources;
using Reelay.Server.Storage;
using Reelay.Server.Tasks;

namespace Reelay.Server.Secrets;

/// <summary>What keeps secrets.</summary>
internal static class SecretServices
{
    public static void AddSecrets(this IServiceCollection services, IConfiguration configuration)
    {
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
        var keys = MasterKeys.Open(
            setting, previous, provider.GetRequiredService<DataFolder>().Path(MasterKey.FileName), known, provider.GetRequiredService<Randomness>());
        if (known is null) store.NoteMasterKey(MasterKeys.IdOf(keys.Current), provider.GetRequiredService<TimeProvider>().GetUtcNow().ToUnixTimeMilliseconds());
        return keys;
    }
}
