using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace VkycEtl.ServerTests.Servers;

/// <summary>A certificate authority of the test's own, and what it issues, as PEM files.</summary>
internal sealed class CertificateAuthority : IDisposable
{
    private readonly string folder;
    private readonly DateTimeOffset from = DateTimeOffset.UtcNow.AddDays(-1);
    private readonly RSA key = RSA.Create(2048);
    private readonly X509Certificate2 certificate;

    public CertificateAuthority(string folder, string name)
    {
        this.folder = folder;
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        certificate = request.CreateSelfSigned(from, Until);
        CertificateFile = Write($"{name}.pem", certificate.ExportCertificatePem());
    }

    /// <summary>The authority's own certificate.</summary>
    public string CertificateFile { get; }

    /// <summary>Issues a certificate for a broker.</summary>
    /// <param name="name">Its common name.</param>
    /// <param name="host">Whom it is valid for: an address, or a host's name.</param>
    /// <returns>A key store as brokers take it: key and certificate in one file.</returns>
    public string IssueForBroker(string name, string host)
    {
        var names = new SubjectAlternativeNameBuilder();
        if (IPAddress.TryParse(host, out var address))
            names.AddIpAddress(address);
        else
            names.AddDnsName(host);
        using var own = RSA.Create(2048);
        using var issued = Issue(name, own, names);
        return Write($"{name}-{host}.pem", own.ExportPkcs8PrivateKeyPem() + "\n" + issued.ExportCertificatePem());
    }

    /// <summary>Issues a certificate for a client.</summary>
    /// <returns>The files of certificate and key; the key is encrypted.</returns>
    public (string Certificate, string Key) IssueForClient(string name, string password)
    {
        using var own = RSA.Create(2048);
        using var issued = Issue(name, own, names: null);
        var parameters = new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 10_000);
        return (
            Write($"{name}-{Guid.NewGuid():n}.pem", issued.ExportCertificatePem()),
            Write($"{name}-{Guid.NewGuid():n}.key", own.ExportEncryptedPkcs8PrivateKeyPem(password, parameters)));
    }

    private DateTimeOffset Until => from.AddDays(2);

    public void Dispose()
    {
        key.Dispose();
        certificate.Dispose();
    }

    private X509Certificate2 Issue(string name, RSA own, SubjectAlternativeNameBuilder? names)
    {
        var request = new CertificateRequest($"CN={name}", own, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        if (names is not null)
            request.CertificateExtensions.Add(names.Build());
        return request.Create(certificate, from, Until, RandomNumberGenerator.GetBytes(8));
    }

    private string Write(string name, string text)
    {
        var file = Path.Combine(folder, name);
        File.WriteAllText(file, text);
        return file;
    }
}
