using Microsoft.Extensions.DependencyInjection.Extensions;
using Reelay.Server.Engine;
using Reelay.Server.Tasks;

namespace Reelay.Server.Assets.Bucket;

/// <summary>A bucket in place of the local folder.</summary>
internal static class BucketServices
{
    /// <summary>Registers the bucket as the store of assets, if there is one in the settings.</summary>
    /// <exception cref="InvalidOperationException">A setting is wrong.</exception>
    public static void AddBucket(this IServiceCollection services, IConfiguration configuration, EngineOptions engine)
    {
        services.AddSingleton<AssetStoreState>();
        if (BucketSettingsReader.Read(configuration) is not { } settings) return;
        BucketSettingsReader.CheckBound("Reelay:Engine:MaxResultBytes", engine.MaxResultBytes);
        BucketSettingsReader.CheckBound("Reelay:Engine:MaxInputBytes", engine.MaxInputBytes);
        services.AddSingleton(settings);
        services.AddSingleton<BucketClient>();
        services.AddSingleton<BucketUploads>();
        services.AddSingleton<BucketProbe>();
        services.TryAddSingleton<IAssetStore>(provider => new BucketAssetStore(
            provider.GetRequiredService<BucketClient>(), provider.GetRequiredService<BucketUploads>(), provider.GetRequiredService<Randomness>().Fill,
            provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<IAssetLinks, BucketLinks>();

        // Before all other hosted services: what they would find out one by one is told in one sentence.
        services.AddHostedService<BucketWatch>();
        services.AddSingleton<BucketSweep>();
        services.AddHostedService(provider => provider.GetRequiredService<BucketSweep>());
    }
}
