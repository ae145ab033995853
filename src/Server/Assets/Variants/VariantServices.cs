using Reelay.Server.Storage;
using Reelay.Server.Tasks;

namespace Reelay.Server.Assets.Variants;

/// <summary>What variants are made with.</summary>
internal static class VariantServices
{
    /// <summary>Registers the maker and its parts.</summary>
    public static void AddVariants(this IServiceCollection services, VariantOptions options)
    {
        services.AddSingleton(options);
        services.AddSingleton<IVariantStore, SqlVariantStore>();
        services.AddSingleton<FfmpegProgram>();
        services.AddSingleton(provider => new VariantRenderer(
            provider.GetRequiredService<DataFolder>().Path("rendering"), provider.GetRequiredService<IAssetStore>(),
            provider.GetRequiredService<FfmpegProgram>(), provider.GetRequiredService<Randomness>()));
        services.AddSingleton<VariantMaker>();
        services.AddSingleton<IVariantWrites>(provider => provider.GetRequiredService<VariantMaker>());
    }
}
