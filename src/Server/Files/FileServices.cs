namespace Reelay.Server.Files;

/// <summary>What uploads are made of.</summary>
internal static class FileServices
{
    public static void AddFiles(this IServiceCollection services)
    {
        services.AddSingleton<IFileStore, SqlFileStore>();
        services.AddSingleton<IFileLookup>(provider => provider.GetRequiredService<IFileStore>());
        services.AddSingleton<ICharacterStore, SqlCharacterStore>();
        services.AddSingleton<ICharacterLookup>(provider => provider.GetRequiredService<ICharacterStore>());
        services.AddSingleton<INamedAssets, SqlNamedAssets>();
        services.AddSingleton<UploadFolders>();
        services.AddSingleton<UploadIds>();
        services.AddSingleton<FileCreation>();
        services.AddSingleton<FileEndpoints>();
        services.AddSingleton<CharacterCreation>();
        services.AddSingleton<CharacterEndpoints>();
        services.AddSingleton<FileJanitor>();
        services.AddSingleton<OrphanSweep>();
        services.AddHostedService<UploadUpkeep>();
    }
}
